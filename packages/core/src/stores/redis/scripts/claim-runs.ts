// The claim of runs: those that simply start are started here; the others, which few claims meet, are told of.
import { RUN_WIDTH, script } from './script.ts';

/**
 * ARGV: the time, or nothing; the lease in ms; the owner as JSON; how many runs to look at; number of executors; their
 * names; their free places; known tasks. Names are written as in ids of runs.
 *
 * Answers the time; whether there may be more; the places that are left, of each executor; how many others; the others' ids;
 * and of what was started by turns ids, revisions and tokens. The others are runs that lost their holder, that are past their
 * deadline, or that have not our form. They are kept from other claims for a second, and lost ones take the place they will need.
 * Starting is what `startedRun` does in `run-decisions.ts`.
 */
export const CLAIM_RUNS = script(`
local now, lease, owner, budget = clock(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local ASIDE = 1000

local free, known = {}, {}
local executors = tonumber(ARGV[5])
for at = 6, 5 + executors do free[ARGV[at]] = tonumber(ARGV[at + executors]) end
for at = 6 + 2 * executors, #ARGV do known[ARGV[at]] = true end

local lanes = {}
for _, name in ipairs(call('SMEMBERS', base .. 'lanes')) do
  local priority, max, executor, task = string.match(name, '^(-?%d+)/(%d+)/([^/]*)/([^/]*)$')
  if known[task] and (free[executor] or 0) > 0 then
    lanes[#lanes + 1] = {
      name = name, queue = base .. 'queue:' .. name, leases = base .. 'leases:' .. name,
      priority = tonumber(priority), max = tonumber(max), executor = executor, started = 0,
    }
  end
end
table.sort(lanes, function(a, b) return a.priority > b.priority end)

local others, started = {}, {}

local function setAside(index, run)
  call('ZADD', index, int(now + ASIDE), run)
  others[#others + 1] = run
end

-- Whether an index has a run that is not there, or not in this state: another program has been here.
local function isStray(run, head, wanted)
  if not head then return call('EXISTS', base .. 'run:' .. run) == 0 end
  local state = string.match(head, '^{"rev":%d+,"state":"([%l-]+)",')
  return state ~= nil and state ~= wanted
end

for _, lane in ipairs(lanes) do
  local places = math.min(free[lane.executor], budget)
  if places > 0 then
    for _, run in ipairs(call('ZRANGEBYSCORE', lane.leases, '-inf', '(' .. int(now), 'LIMIT', 0, places)) do
      budget = budget - 1
      if isStray(run, headOf(base .. 'run:' .. run, ${RUN_WIDTH}), 'running') then
        call('ZREM', lane.leases, run)
      else
        setAside(lane.leases, run)
        free[lane.executor] = free[lane.executor] - 1
      end
    end
  end
end

local running = {}
local function countRunning(job)
  if not running[job] then running[job] = call('ZCOUNT', base .. 'open:' .. job, '-inf', '-inf') end
  return running[job]
end

local function hold(lane, run, job, available)
  call('ZADD', lane.queue, '+inf', run)
  call('ZADD', base .. 'held:' .. job .. '/' .. lane.name, available, run)
  call('SADD', base .. 'held:' .. job, lane.name)
end

local QUEUED = '^{"rev":(%d+),"state":"queued","attempt":(%d+),"token":%d+,"owner":null,"lease_until":0,'
  .. '"started_at":[^,]+,"reason":"([%l-]+)"(,"deadline_at":([^,]+),.*)$'

local function take(item)
  local lane, run = item.lane, item.run
  if (free[lane.executor] or 0) <= 0 then return end
  budget = budget - 1
  local key = base .. 'run:' .. run
  local head = headOf(key, ${RUN_WIDTH})
  local rev, attempt, reason, rest, deadline
  if head then rev, attempt, reason, rest, deadline = string.match(head, QUEUED) end
  if not rev and isStray(run, head, 'queued') then return call('ZREM', lane.queue, run) end
  local job = string.match(run, '^[^/]*')
  if countRunning(job) >= lane.max then return hold(lane, run, job, item.available) end
  deadline = tonumber(deadline)
  if not rev or attempt == '0' and deadline and deadline < now then return setAside(lane.queue, run) end
  running[job] = running[job] + 1
  free[lane.executor] = free[lane.executor] - 1
  lane.started = lane.started + 1
  started[#started + 1] = {
    lane = lane, run = run, key = key, job = job, rev = int(rev + 1), attempt = int(attempt + 1),
    reason = attempt == '0' and reason or 'retry', rest = rest,
  }
end

-- Runs of one priority, in the order in which they became available; true if there may be more.
local function takeFrom(first, last)
  local items, cut = {}, false
  for at = first, last do
    local lane = lanes[at]
    local places = math.min(free[lane.executor], budget)
    if places > 0 then
      -- What was started stays in the queue until the end; all else that was looked at has left its place.
      local found = call('ZRANGEBYSCORE', lane.queue, '-inf', int(now), 'WITHSCORES', 'LIMIT', lane.started, places)
      for pair = 1, #found, 2 do
        items[#items + 1] = { lane = lane, run = found[pair], available = found[pair + 1], at = tonumber(found[pair + 1]) }
      end
      cut = cut or #found == 2 * places
    end
  end
  if last > first then table.sort(items, function(a, b) return a.at < b.at end) end
  for at = 1, math.min(#items, budget) do take(items[at]) end
  return cut
end

local first = 1
while first <= #lanes do
  local last = first
  while last < #lanes and lanes[last + 1].priority == lanes[first].priority do last = last + 1 end
  while takeFrom(first, last) do end
  first = last + 1
end

if #started > 0 then
  local token = call('HINCRBY', base .. 'meta', 'token', #started) - #started
  local leaseUntil = int(now + lease)
  local holder = ',"owner":' .. owner .. ',"lease_until":' .. leaseUntil .. ',"started_at":' .. int(now) .. ',"reason":"'
  local moved = {}
  for at, start in ipairs(started) do
    start.token = int(token + at)
    putHead(start.key, '{"rev":' .. start.rev .. ',"state":"running","attempt":' .. start.attempt .. ',"token":' .. start.token
      .. holder .. start.reason .. '"' .. start.rest, ${RUN_WIDTH})
    call('ZADD', base .. 'open:' .. start.job, '-inf', start.run)
    local lane = moved[start.lane] or { runs = {}, leases = {} }
    moved[start.lane] = lane
    lane.runs[#lane.runs + 1] = start.run
    lane.leases[#lane.leases + 1] = leaseUntil
    lane.leases[#lane.leases + 1] = start.run
  end
  for lane, runs in pairs(moved) do
    inSlices('ZREM', lane.queue, runs.runs)
    inSlices('ZADD', lane.leases, runs.leases)
  end
end

for _, lane in ipairs(lanes) do
  if call('EXISTS', lane.queue, lane.leases) == 0 then call('SREM', base .. 'lanes', lane.name) end
end

local answer = { int(now), budget <= 0 and 1 or 0 }
for at = 6, 5 + executors do answer[#answer + 1] = free[ARGV[at]] end
answer[#answer + 1] = #others
for _, run in ipairs(others) do answer[#answer + 1] = run end
for _, start in ipairs(started) do
  answer[#answer + 1] = start.run
  answer[#answer + 1] = start.rev
  answer[#answer + 1] = start.token
end
return answer
`);
