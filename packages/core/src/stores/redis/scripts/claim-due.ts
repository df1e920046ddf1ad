// The claim of jobs that are due.
import { JOB_WIDTH, script } from './script.ts';

/**
 * ARGV: the time, or nothing; for how long, in ms; how many at most; tasks, written as in ids of runs.
 *
 * Answers the time, and by turns ids and what the texts begin with, in the order in which the jobs are due. A claimed job moves
 * forward among those that are due to when the claim ends, so no other claim meets it. A text that has not our form stays as it
 * is, and nothing is answered of it but the id.
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

local HEAD = '^{"version":(%d+),"generation":(%d+),"claimed_until":%d+(,"state":"(%l+)",.*)$'

local claimEnd, free = int(claimedUntil), int(claimedUntil + 1)
local answer, moved = { int(now) }, {}
for at = 1, math.min(limit, #due) do
  local job = due[at]
  local key = base .. 'job:' .. job.id
  local head = headOf(key, ${JOB_WIDTH})
  local version, generation, rest, state
  if head then version, generation, rest, state = string.match(head, HEAD) end
  if state and state ~= 'active' or not head and call('EXISTS', key) == 0 then
    -- The index has something that another program left.
    call('ZREM', job.key, job.id)
  else
    local mark = ''
    if state then
      mark = '{"version":' .. int(version + 1) .. ',"generation":' .. generation .. ','
      putHead(key, mark .. '"claimed_until":' .. claimEnd .. rest, ${JOB_WIDTH})
    end
    answer[#answer + 1] = job.id
    answer[#answer + 1] = mark
    local members = moved[job.key] or {}
    moved[job.key] = members
    members[#members + 1] = free
    members[#members + 1] = job.id
  end
end
for key, members in pairs(moved) do inSlices('ZADD', key, members) end
return answer
`);
