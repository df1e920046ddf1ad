// When there is something to do, and for whom nobody does it.
import { script } from './script.ts';

/** Beyond every instant, and below the infinity of runs that are held back. */
const LATEST = '9007199254740991';

/**
 * ARGV: the time, or nothing; known tasks.
 *
 * Answers the time, and when there is something to do next, or an empty text.
 */
export const NEXT_WAKE = script(`
local now, known, at = clock(ARGV[1]), {}, math.huge

local function first(found, plus)
  if found[2] then at = math.min(at, found[2] + plus) end
end

for task = 2, #ARGV do
  known[ARGV[task]] = true
  first(call('ZRANGE', base .. 'due:' .. ARGV[task], 0, 0, 'WITHSCORES'), 0)
end
for _, lane in ipairs(call('SMEMBERS', base .. 'lanes')) do
  if known[string.match(lane, '[^/]*$')] then
    first(call('ZRANGEBYSCORE', base .. 'queue:' .. lane, '(' .. int(now), '${LATEST}', 'WITHSCORES', 'LIMIT', 0, 1), 0)
    first(call('ZRANGEBYSCORE', base .. 'leases:' .. lane, int(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1), 1)
  end
end
return { int(now), at < math.huge and int(at) or '' }
`);

/**
 * ARGV: the time, or nothing; how many known executors; they; known tasks.
 *
 * Answers executors that are not known, each with a number of runs of known tasks that wait for it.
 */
export const UNKNOWN_EXECUTORS = script(`
local now, executors, tasks, answer = int(clock(ARGV[1])), {}, {}, {}
local last = 2 + ARGV[2]
for at = 3, last do executors[ARGV[at]] = true end
for at = last + 1, #ARGV do tasks[ARGV[at]] = true end
for _, lane in ipairs(call('SMEMBERS', base .. 'lanes')) do
  local executor, task = string.match(lane, '([^/]*)/([^/]*)$')
  if tasks[task] and not executors[executor] then
    local queue = base .. 'queue:' .. lane
    local count = call('ZCOUNT', queue, '-inf', now) + call('ZCOUNT', queue, '+inf', '+inf')
    if count > 0 then
      answer[#answer + 1] = executor
      answer[#answer + 1] = count
    end
  end
end
return answer
`);

/**
 * ARGV: the time, or nothing; known tasks.
 *
 * Answers tasks that are not known, each with a number of jobs or runs that wait for it.
 */
export const UNKNOWN_TASKS = script(`
local now, known, answer = int(clock(ARGV[1])), {}, {}
for task = 2, #ARGV do known[ARGV[task]] = true end

local function add(task, count)
  if count == 0 then return end
  answer[#answer + 1] = task
  answer[#answer + 1] = count
end

for _, task in ipairs(call('SMEMBERS', base .. 'tasks')) do
  local due = base .. 'due:' .. task
  if call('EXISTS', due) == 0 then
    call('SREM', base .. 'tasks', task)
  elseif not known[task] then
    add(task, call('ZCOUNT', due, '-inf', now))
  end
end
for _, lane in ipairs(call('SMEMBERS', base .. 'lanes')) do
  local task, queue = string.match(lane, '[^/]*$'), base .. 'queue:' .. lane
  if not known[task] then add(task, call('ZCOUNT', queue, '-inf', now) + call('ZCOUNT', queue, '+inf', '+inf')) end
end
return answer
`);
