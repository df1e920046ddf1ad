// The deletion of runs that are kept no longer.
import { script } from './script.ts';

/**
 * ARGV: the time, or nothing; how old an ended run may be, in ms; how many to delete at most.
 *
 * Answers how many runs were deleted, and whether there may be more.
 */
export const PRUNE = script(`
local before, limit = clock(ARGV[1]) - ARGV[2], tonumber(ARGV[3])

local function jobOf(run)
  return string.match(run, '^[^/]*')
end

local function delete(runs)
  local keys = {}
  for at, run in ipairs(runs) do
    keys[at] = base .. 'run:' .. run
    call('ZREM', base .. 'history:' .. jobOf(run), run)
  end
  inSlices('ZREM', base .. 'ended', runs)
  inSlices('ZREM', base .. 'runs', runs)
  if #keys > 0 then call('DEL', unpack(keys)) end
end

local old = call('ZRANGEBYSCORE', base .. 'ended', '-inf', '(' .. int(before), 'LIMIT', 0, limit)
delete(old)
local pruned = #old

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
  local runs, more = beyond(job, limit - pruned)
  delete(runs)
  pruned = pruned + #runs
  if more <= 0 then call('SREM', base .. 'crowded', job) else break end
end
return { pruned, (pruned >= limit or looked >= limit) and 1 or 0 }
`);
