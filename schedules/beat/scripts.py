"""Beat's Lua scripts: each is one round trip and one atomic step."""

#: Load what is due. KEYS: due, whole.  ARGV: now (seconds), limit.
#: Answers, as one JSON text, which is read much faster than its parts one by one: {is whole, score of the first entry
#: that is not due, {{key, definition, meta, revision, next} ...}}.
LOAD_DUE = """
local keys = redis.call('ZRANGEBYSCORE', KEYS[1], 0, ARGV[1], 'LIMIT', 0, ARGV[2])
local later = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
local found = {}
for i, key in ipairs(keys) do
  local held = redis.pcall('HMGET', key, 'definition', 'meta', 'revision', 'next')
  if held.err then held = {} end
  found[i] = {key, held[1] or '', held[2] or '', held[3] or '', held[4] or ''}
end
return cjson.encode({redis.call('EXISTS', KEYS[2]), later[2] or '', found})
"""

#: Send and move on, if the caller still leads. KEYS: lock, due, events, set-aside.  ARGV: token, and as one JSON text
#: for each entry {key, revision, next when it was loaded, last, next, score, meta, why it was set aside, whether its
#: messages have left already, {{queue, message} ...}, {event ...}}.
#: An entry that was edited or removed meanwhile has its own next instant, or none: it is not moved, and what was to be
#: sent for it is not sent. Nor is one that has moved on already: a Redis that hung may carry out a given-up step late.
#: Answers -1 when the lock is another's, else the entries that were left alone because what lies under the name of
#: their queue is no list: an error in the middle would leave the rest undone.
COMMIT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local refused, is_queue = {}, {}
local function takes(messages)
  for _, message in ipairs(messages) do
    local queue = message[1]
    if is_queue[queue] == nil then
      local kind = redis.call('TYPE', queue).ok
      is_queue[queue] = kind == 'list' or kind == 'none'
    end
    if not is_queue[queue] then return false end
  end
  return true
end
for _, move in ipairs(cjson.decode(ARGV[2])) do
  local key, revision, pending, last, next, score, meta, why, has_left, messages, events = unpack(move)
  local held = redis.call('HMGET', key, 'revision', 'next')
  local is_current = held[1] == revision and held[2] == pending
  if is_current and not takes(messages) then
    refused[#refused + 1] = key
    is_current = false
  end
  if is_current then
    redis.call('HSET', key, 'last', last, 'next', next, 'meta', meta)
    redis.call('ZADD', KEYS[2], score, key)
    if why == '' then redis.call('HDEL', KEYS[4], key) else redis.call('HSET', KEYS[4], key, why) end
    for _, message in ipairs(messages) do redis.call('LPUSH', message[1], message[2]) end
  end
  if is_current or has_left then
    for _, event in ipairs(events) do
      redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000000, '*', 'event', event)
    end
  end
end
return refused
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
