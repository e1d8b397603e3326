-- Claims an idempotency key, or returns what is there.
-- ARGV: 1 the claim, 2 its time in ms, 3 most bytes that an entry of ours has. Answers: the entry that is there, 0 when
-- the key was free, 1 when there was something that is not ours, which the claim has replaced.
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) == 'number' and length > 0 and length <= tonumber(ARGV[3]) and redis.call('PTTL', KEYS[1]) >= 0 then
  local held = redis.call('GET', KEYS[1])
  if held:sub(1, 3) == 'MB1' then return held end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return length == 0 and 0 or 1
