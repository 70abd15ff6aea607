"""The mirror's Lua scripts: each is one round trip and one atomic step."""

#: What is held of one entry: {revision, fingerprint, last, next, seal, whether it is listed, when it was removed},
#: empty where there is nothing, or something that is no entry.
_HELD_OF = """
local function held_of(key)
  local held = redis.pcall('HMGET', key, 'revision', 'fingerprint', 'last', 'next', 'seal')
  if held.err then held = {} end
  for j = 1, 5 do held[j] = held[j] or '' end
  held[6] = redis.call('ZSCORE', KEYS[1], key) ~= false
  held[7] = held[1] == '' and redis.call('ZSCORE', KEYS[2], key) or ''
  return held
end
"""

#: Read what is held. KEYS: due, removed.  ARGV: the entries' keys as one JSON text.
#: Answers one JSON text, which is read much faster than its parts one by one.
READ = f"""{_HELD_OF}
local found = {{}}
for i, key in ipairs(cjson.decode(ARGV[1])) do found[i] = held_of(key) end
return cjson.encode(found)
"""

#: Read what is held of those alone that are not listed or bear another seal than their rows. KEYS: due, removed.
#: ARGV: the entries' keys, and their rows' seals, as one JSON text each. Answers one JSON text: the places, from 1 on,
#: of those that have never been heard of, and for each other one its place and what is held.
READ_DIFFERING = f"""{_HELD_OF}
local seals, new, found = cjson.decode(ARGV[2]), {{}}, {{}}
for i, key in ipairs(cjson.decode(ARGV[1])) do
  if redis.pcall('HGET', key, 'seal') ~= seals[i] or not redis.call('ZSCORE', KEYS[1], key) then
    local held = held_of(key)
    if held[1] ~= '' or held[6] or held[7] ~= '' then
      found[#found + 1] = {{i, held}}
    else
      new[#new + 1] = i
    end
  end
end
return cjson.encode({{new, found}})
"""

#: Put entries in force, each unless it was moved on or taken out since the caller read it, or a newer one is there.
#: KEYS: due, wake, set-aside, removed.  ARGV: as one JSON text for each entry {key, revision, fingerprint, next, score,
#: seal, seen last, seen revision, seen instant of removal}; then the definitions, in their order: taking the longest
#: texts out of JSON would be a third of all the work.
#: What lies there and is no entry gives way.
#: Answers for each 1 when written or when nothing is left to do, 0 when what was read is stale.
PUSH = """
local any_set_aside = redis.call('EXISTS', KEYS[3]) == 1
local any_removed = redis.call('EXISTS', KEYS[4]) == 1
local answers, due = {}, {}
for i, entry in ipairs(cjson.decode(ARGV[1])) do
  local key, revision, fingerprint, next, score, seal, seen_last, seen_revision, seen_removed = unpack(entry)
  local held = redis.pcall('HMGET', key, 'last', 'revision')
  if held.err then
    redis.call('DEL', key)
    held = {}
  end
  if (held[1] or '') ~= seen_last or (held[2] or '') ~= seen_revision
      or tonumber(any_removed and redis.call('ZSCORE', KEYS[4], key) or '') ~= tonumber(seen_removed) then
    answers[i] = 0
  else
    answers[i] = 1
    if tonumber(seen_revision) == nil or tonumber(seen_revision) <= tonumber(revision) then
      redis.call('HSET', key, 'definition', ARGV[i + 1], 'revision', revision, 'fingerprint', fingerprint,
                 'next', next, 'seal', seal)
      if any_set_aside then redis.call('HDEL', KEYS[3], key) end
      if any_removed then redis.call('ZREM', KEYS[4], key) end
      due[#due + 1] = score
      due[#due + 1] = key
    end
  end
end
if #due > 0 then redis.call('ZADD', KEYS[1], unpack(due)) end
redis.call('LPUSH', KEYS[2], '1')
redis.call('LTRIM', KEYS[2], 0, 0)
return answers
"""

#: Note of entries that were looked at and found right what their rows were sealed with, unless they have changed since.
#: ARGV: as one JSON text for each entry {key, fingerprint, seal}.
SEAL = """
for _, entry in ipairs(cjson.decode(ARGV[1])) do
  if redis.call('HGET', entry[1], 'fingerprint') == entry[2] then redis.call('HSET', entry[1], 'seal', entry[3]) end
end
"""

#: Take an entry out of force, unless a newer revision than the caller's is there.
#: KEYS: entry, due, set-aside, removed.  ARGV: revision, or nothing for whatever is there; the instant to be noted
#: (seconds since 1970), or nothing; how many such notes are kept. Answers 1 when it is gone.
REMOVE = """
local held = redis.pcall('HMGET', KEYS[1], 'revision')
if ARGV[1] ~= '' and tonumber(held[1] or '-1') > tonumber(ARGV[1]) then return 0 end
redis.call('ZREM', KEYS[2], KEYS[1])
redis.call('HDEL', KEYS[3], KEYS[1])
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then
  redis.call('ZADD', KEYS[4], ARGV[2], KEYS[1])
  redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - tonumber(ARGV[3]))
end
return 1
"""

#: Note that the mirror is whole, unless its data, or the mark of having begun, were lost since. KEYS: filling, whole.
#: ARGV: mark. Answers 1 when noted.
MARK_WHOLE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], '1')
return 1
"""
