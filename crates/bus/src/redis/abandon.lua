-- Removes our claim, and nobody else's. ARGV: 1 how it begins
if redis.pcall('GETRANGE', KEYS[1], 0, 19) == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end
return 0
