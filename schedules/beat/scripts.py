"""The engine's Lua scripts: each is one round trip and one atomic step."""

#: Put an entry in force, unless beat has moved it on since the caller read it, or a newer revision is there.
#: KEYS: entry, due, wake, set-aside.  ARGV: definition, revision, fingerprint, next, score, seen last, seen revision.
#: Answers 1 when written, 0 when what was read is stale.
PUSH = """
local held = redis.call('HMGET', KEYS[1], 'last', 'revision')
if (held[1] or '') ~= ARGV[6] or (held[2] or '') ~= ARGV[7] then return 0 end
redis.call('HSET', KEYS[1], 'definition', ARGV[1], 'revision', ARGV[2], 'fingerprint', ARGV[3], 'next', ARGV[4])
redis.call('HDEL', KEYS[4], KEYS[1])
redis.call('ZADD', KEYS[2], ARGV[5], KEYS[1])
redis.call('LPUSH', KEYS[3], '1')
redis.call('LTRIM', KEYS[3], 0, 0)
return 1
"""

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
#: KEYS: lock, due, events, entry ...  ARGV: token, entries, events, then per entry (revision, last, next, score, meta),
#: then the events. Answers -1 when the lock is another's, else how many entries moved on.
COMMIT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local entries, events, moved = tonumber(ARGV[2]), tonumber(ARGV[3]), 0
for i = 1, entries do
  local key, at = KEYS[3 + i], 4 + (i - 1) * 5
  -- An entry that was edited or removed meanwhile has its own next instant, or none.
  if redis.call('HGET', key, 'revision') == ARGV[at] then
    redis.call('HSET', key, 'last', ARGV[at + 1], 'next', ARGV[at + 2], 'meta', ARGV[at + 4])
    redis.call('ZADD', KEYS[2], ARGV[at + 3], key)
    moved = moved + 1
  end
end
for i = 1, events do
  redis.call('XADD', KEYS[3], '*', 'event', ARGV[3 + entries * 5 + i])
end
return moved
"""

#: KEYS: lock.  ARGV: token, milliseconds. Answers 1 while the lock is the caller's.
EXTEND = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

#: KEYS: lock.  ARGV: token.
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
