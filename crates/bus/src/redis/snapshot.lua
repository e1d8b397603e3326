-- The snapshot and what is left of its time in ms; -1 when there was something that is too long to be ours, or no text.
-- ARGV: 1 most bytes that a snapshot of ours has
local length = redis.pcall('STRLEN', KEYS[1])
if length == 0 then return false end
if type(length) ~= 'number' or length > tonumber(ARGV[1]) then
  redis.call('UNLINK', KEYS[1])
  return -1
end
return { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]) }
