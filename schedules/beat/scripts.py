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

#: Move entries on and hand what happened to the ledger, if the caller still leads.
#: KEYS: lock, due, events, set-aside, entry ...  ARGV: token, entries, events, then per entry (revision, last, next,
#: score, meta, why it was set aside), then the events. Answers -1 when the lock is another's, else how many moved on.
COMMIT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local entries, events, moved = tonumber(ARGV[2]), tonumber(ARGV[3]), 0
for i = 1, entries do
  local key, at = KEYS[4 + i], 4 + (i - 1) * 6
  -- An entry that was edited or removed meanwhile has its own next instant, or none.
  if redis.call('HGET', key, 'revision') == ARGV[at] then
    redis.call('HSET', key, 'last', ARGV[at + 1], 'next', ARGV[at + 2], 'meta', ARGV[at + 4])
    redis.call('ZADD', KEYS[2], ARGV[at + 3], key)
    if ARGV[at + 5] == '' then redis.call('HDEL', KEYS[4], key)
    else redis.call('HSET', KEYS[4], key, ARGV[at + 5]) end
    moved = moved + 1
  end
end
for i = 1, events do
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000000, '*', 'event', ARGV[3 + entries * 6 + i])
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
