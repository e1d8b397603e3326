-- Takes a snapshot unless a newer one is there. ARGV: 1 the snapshot, 2 its time in ms
-- Epoch and seq are bytes 5 to 20, big-endian, so they compare byte by byte. Numbers of Lua would not be exact, and its
-- comparison of texts depends on the server's locale. What never ends is not ours and does not stand in the way.
local held = redis.pcall('GETRANGE', KEYS[1], 0, 19)
if type(held) == 'string' and #held == 20 and held:sub(1, 4) == 'MB1s' and redis.call('PTTL', KEYS[1]) >= 0 then
  for at = 5, 20 do
    local there, here = held:byte(at), ARGV[1]:byte(at)
    if there > here then return 0 end
    if there < here then break end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
