-- Removes what is not ours, unless something else has come in its place. ARGV: 1 what it was
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end
return 0
