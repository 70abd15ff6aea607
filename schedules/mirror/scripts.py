"""The mirror's Lua scripts: each is one round trip and one atomic step."""

#: Put an entry in force, unless beat has moved it on since the caller read it, or a newer revision is there.
#: KEYS: entry, due, wake, set-aside.  ARGV: definition, revision, fingerprint, next, score, seen last, seen revision.
#: Answers 1 when written or when nothing is left to do, 0 when what was read is stale.
PUSH = """
local held = redis.call('HMGET', KEYS[1], 'last', 'revision')
if tonumber(held[2] or '-1') > tonumber(ARGV[2]) then return 1 end
if (held[1] or '') ~= ARGV[6] or (held[2] or '') ~= ARGV[7] then return 0 end
redis.call('HSET', KEYS[1], 'definition', ARGV[1], 'revision', ARGV[2], 'fingerprint', ARGV[3], 'next', ARGV[4])
redis.call('HDEL', KEYS[4], KEYS[1])
redis.call('ZADD', KEYS[2], ARGV[5], KEYS[1])
redis.call('LPUSH', KEYS[3], '1')
redis.call('LTRIM', KEYS[3], 0, 0)
return 1
"""

#: Take an entry out of force, unless a newer revision than the caller's is there.
#: KEYS: entry, due, set-aside.  ARGV: revision, or nothing for whatever is there. Answers 1 when it is gone.
REMOVE = """
if ARGV[1] ~= '' and tonumber(redis.call('HGET', KEYS[1], 'revision') or '-1') > tonumber(ARGV[1]) then return 0 end
redis.call('ZREM', KEYS[2], KEYS[1])
redis.call('HDEL', KEYS[3], KEYS[1])
redis.call('DEL', KEYS[1])
return 1
"""
