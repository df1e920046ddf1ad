// The deletion of runs that are kept no longer.
import { script } from './script.ts';

/**
 * ARGV: the time, or nothing; how old an ended run may be, in ms; how many to delete at most; how many to pass over, because
 * they were found not to be old enough.
 *
 * Answers how many runs were deleted, how many are to be passed over next time, and whether there may be more.
 */
export const PRUNE = script(`
local before, limit, passed = clock(ARGV[1]) - ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local function jobOf(run)
  return string.match(run, '^[^/]*')
end

local function delete(runs)
  local keys = {}
  for at, run in ipairs(runs) do
    keys[at] = base .. 'run:' .. run
    call('ZREM', base .. 'history:' .. jobOf(run), run)
  end
  inSlices('ZREM', base .. 'runs', runs)
  if #keys > 0 then call('DEL', unpack(keys)) end
end

-- No run ends before its fire time, but for those that may start early; these wait until that is long enough ago, too.
local candidates = call('ZRANGEBYSCORE', base .. 'runs', '-inf', '(' .. int(before), 'LIMIT', passed, limit)
local old = {}
for at, row in ipairs(getAll('run:', candidates)) do
  local finished = row and string.match(row, '"finished_at":(%d+)')
  if not row or finished and tonumber(finished) < before then old[#old + 1] = candidates[at] else passed = passed + 1 end
end
delete(old)
local pruned, more = #old, #candidates == limit

-- The oldest ended runs of the job beyond those it keeps.
local function beyond(job, most)
  local row = call('GET', base .. 'job:' .. string.gsub(string.gsub(job, '%%2F', '/'), '%%25', '%%'))
  local keep = tonumber(row and string.match(row, '"keep_runs":(%d+)') or nil)
  if not keep then return {}, 0 end
  local history, open = base .. 'history:' .. job, base .. 'open:' .. job
  local excess = call('ZCARD', history) - call('ZCARD', open) - keep
  local runs, at = {}, 0
  while #runs < math.min(excess, most) do
    local run = call('ZRANGE', history, at, at)[1]
    if not run then break end
    if not call('ZSCORE', open, run) then runs[#runs + 1] = run end
    at = at + 1
  end
  return runs, excess - #runs
end

local looked = 0
while pruned < limit and looked < limit do
  local job = call('SRANDMEMBER', base .. 'crowded')
  if not job then break end
  looked = looked + 1
  local runs, excess = beyond(job, limit - pruned)
  delete(runs)
  pruned = pruned + #runs
  if excess <= 0 then call('SREM', base .. 'crowded', job) else break end
end
return { pruned, passed, (more or pruned >= limit or looked >= limit) and 1 or 0 }
`);
