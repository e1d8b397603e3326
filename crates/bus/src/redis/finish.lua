-- Puts the answer in the place of our claim, or of nothing: then the claim has ended, or was lost, and nobody else came.
-- ARGV: 1 the answer's entry, 2 its time in ms, 3 how our claim begins
local held = redis.pcall('GETRANGE', KEYS[1], 0, 19)
if type(held) == 'string' and held:sub(1, 3) == 'MB1' and held ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
