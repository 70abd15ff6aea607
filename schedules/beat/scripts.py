"""Beat's Lua scripts: each is one round trip and one atomic step."""

#: Load what is due. KEYS: due, whole.  ARGV: now (seconds), limit.
#: Answers {is whole, score of the first entry that is not due, {key, definition, meta, revision, next} ...}.
LOAD_DUE = """
local keys = redis.call('ZRANGEBYSCORE', KEYS[1], 0, ARGV[1], 'LIMIT', 0, ARGV[2])
local later = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
local found = {redis.call('EXISTS', KEYS[2]), later[2] or ''}
for _, key in ipairs(keys) do
  local held = redis.call('HMGET', key, 'definition', 'meta', 'revision', 'next')
  found[#found + 1] = {key, held[1] or '', held[2] or '', held[3] or '', held[4] or ''}
end
return found
"""

#: Send and move on, if the caller still leads. KEYS: lock, due, events, set-aside.  ARGV: token, entries, then for each
#: entry: key, revision, last, next, score, meta, why it was set aside, whether its messages have left already, how
#: many messages follow, how many events follow; then its messages (queue and text each), then its events.
#: An entry that was edited or removed meanwhile has its own next instant, or none: it is not moved, and what was to be
#: sent for it is not sent. Answers -1 when the lock is another's, else how many entries moved on.
COMMIT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local at, moved = 3, 0
for i = 1, tonumber(ARGV[2]) do
  local key, messages, events = ARGV[at], tonumber(ARGV[at + 8]), tonumber(ARGV[at + 9])
  local is_current = redis.call('HGET', key, 'revision') == ARGV[at + 1]
  if is_current then
    redis.call('HSET', key, 'last', ARGV[at + 2], 'next', ARGV[at + 3], 'meta', ARGV[at + 5])
    redis.call('ZADD', KEYS[2], ARGV[at + 4], key)
    if ARGV[at + 6] == '' then redis.call('HDEL', KEYS[4], key)
    else redis.call('HSET', KEYS[4], key, ARGV[at + 6]) end
    moved = moved + 1
    for j = 0, messages - 1 do redis.call('LPUSH', ARGV[at + 10 + 2 * j], ARGV[at + 11 + 2 * j]) end
  end
  local first = at + 10 + 2 * messages
  if is_current or ARGV[at + 7] == '1' then
    for j = first, first + events - 1 do
      redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000000, '*', 'event', ARGV[j])
    end
  end
  at = first + events
end
return moved
"""

#: Take the lock if it is free, keep it if it is the caller's, and say so to everybody.
#: KEYS: lock, beats.  ARGV: token, milliseconds, node, what to say as leader, what to say as standby.
#: Answers 2 when taken, 1 when kept, 0 when it is another's.
LEAD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[5])
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return holder and 1 or 2
"""

#: Give the lock back if it is the caller's. KEYS: lock, beats.  ARGV: token, node.
RESIGN = """
redis.call('HDEL', KEYS[2], ARGV[2])
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
