-- One step of the rate limit; `now` is in microseconds. The same in Rust: gcra.rs.
-- ARGV: 1 the interval in microseconds, 2 the burst. Answers: whether it may pass, the kept time, now.
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local span = interval * burst
local held = redis.pcall('GET', KEYS[1])
local kept = type(held) == 'string' and tonumber(held) or now
if kept ~= kept then kept = now end
kept = math.floor(math.max(now, math.min(kept, now + span)))
local allowed = 0
if kept + interval <= now + span then
  kept, allowed = kept + interval, 1
end
local text = string.format('%.0f', kept)
if text ~= held then redis.call('SET', KEYS[1], text, 'PX', math.ceil((kept - now) / 1000) + 1) end
return { allowed, kept, now }
