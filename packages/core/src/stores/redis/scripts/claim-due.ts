// The claim of jobs that are due.
import { JOB_WIDTH, script } from './script.ts';

/**
 * ARGV: the time, or nothing; for how long, in ms; how many at most; tasks.
 *
 * Answers the time, and by turns ids, new heads and texts as they were. A claimed job moves forward among those that are due to
 * when the claim ends, so no other claim meets it. A text that has not our form stays as it is.
 */
export const CLAIM_DUE = script(`
local now, limit = clock(ARGV[1]), tonumber(ARGV[3])
local claimedUntil = now + ARGV[2]

local due, sources = {}, 0
for at = 4, #ARGV do
  local key = base .. 'due:' .. ARGV[at]
  local found = call('ZRANGEBYSCORE', key, '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, limit)
  if #found > 0 then sources = sources + 1 end
  for pair = 1, #found, 2 do due[#due + 1] = { id = found[pair], at = tonumber(found[pair + 1]), key = key } end
end
if sources > 1 then table.sort(due, function(a, b) return a.at < b.at end) end

local ids = {}
for at = 1, math.min(limit, #due) do ids[at] = due[at].id end

local answer, moved = { int(now) }, {}
for at, text in ipairs(getAll('job:', ids)) do
  local job = due[at]
  local version, generation, state, rest
  if text then
    version, generation, state, rest = string.match(text, '^{"version":(%d+),"generation":(%d+),"claimed_until":%d+,"state":"(%l+)",([^}]-) *,"id":')
  end
  if not text or state and state ~= 'active' then
    -- The index has something that another program left.
    call('ZREM', job.key, job.id)
  else
    local head = ''
    if state then
      head = '{"version":' .. int(version + 1) .. ',"generation":' .. generation .. ',"claimed_until":' .. int(claimedUntil)
        .. ',"state":"active",' .. rest
      putHead(base .. 'job:' .. job.id, head, ${JOB_WIDTH})
    end
    answer[#answer + 1] = job.id
    answer[#answer + 1] = head
    answer[#answer + 1] = text
    local members = moved[job.key] or {}
    moved[job.key] = members
    members[#members + 1] = int(claimedUntil + 1)
    members[#members + 1] = job.id
  end
end
for key, members in pairs(moved) do inSlices('ZADD', key, members) end
return answer
`);
