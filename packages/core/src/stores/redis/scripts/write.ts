// All writes of one unit of work: every row is as it was read, or nothing is written.
import { script } from './script.ts';

/** What stands for a row's text where the row is deleted; an empty text leaves it as it is. */
export const NO_TEXT = '-';

/**
 * ARGV: a packed list of: number of rows that were read; their keys; their marks (an empty one says no more than that there is
 * a row); what to write over them, each a whole text, a head (which ends in a comma), nothing, or a sign to delete; number of
 * new rows; their keys and texts by turns; number of counts; jobs; how many runs are open of each; then what becomes of the
 * indexes: a command or a step of our own, the number of its arguments, the arguments.
 *
 * Answers 1, or 0 where something has changed since it was read.
 */
export const WRITE = script(`
local LIST = cmsgpack.unpack(ARGV[1])
local read = tonumber(LIST[1])
local marks, texts = 1 + read, 1 + 2 * read
for row = 2, 1 + read do
  local mark = LIST[read + row]
  if mark == '' and call('EXISTS', LIST[row]) == 0 then return 0 end
  if mark ~= '' and call('GETRANGE', LIST[row], 0, #mark - 1) ~= mark then return 0 end
end

local at = 2 + 3 * read
local new = tonumber(LIST[at])
local last = at + 2 * new
for first = at + 1, last, SLICE do
  local keys = {}
  for key = first, math.min(first + SLICE, last), 2 do keys[#keys + 1] = LIST[key] end
  if call('EXISTS', unpack(keys)) > 0 then return 0 end
end

local counts = tonumber(LIST[last + 1])
for job = last + 2, last + 1 + counts do
  if call('ZCARD', base .. 'open:' .. LIST[job]) ~= tonumber(LIST[job + counts]) then return 0 end
end

for row = 2, 1 + read do
  local text = LIST[2 * read + row]
  if text == '${NO_TEXT}' then
    call('DEL', LIST[row])
  elseif text ~= '' then
    local isHead = string.byte(text, -1) == 44
    if isHead then call('SETRANGE', LIST[row], 0, text) else call('SET', LIST[row], text) end
  end
end
for first = at + 1, last, SLICE do call('MSET', unpack(LIST, first, math.min(first + SLICE - 1, last))) end
at = last + 2 + 2 * counts

local function jobOf(run)
  return string.match(run, '^[^/]*')
end

local steps = {}

-- Pairs of fire time and run: it is recorded, as one that has ended.
function steps.recordEnded(first, last)
  for pair = first, last, 2 do
    call('ZADD', base .. 'history:' .. jobOf(LIST[pair + 1]), LIST[pair], LIST[pair + 1])
  end
  call('ZADD', base .. 'runs', unpack(LIST, first, last))
end

-- Pairs of fire time and run: it is recorded, as one that waits.
function steps.record(first, last)
  steps.recordEnded(first, last)
  steps.open(first, last)
end

-- Pairs of fire time and run: it waits; or minus infinity and run: it is running.
function steps.open(first, last)
  for pair = first, last, 2 do
    call('ZADD', base .. 'open:' .. jobOf(LIST[pair + 1]), LIST[pair], LIST[pair + 1])
  end
end

local function noteCrowd(job, keep)
  if call('ZCARD', base .. 'history:' .. job) > tonumber(keep) then call('SADD', base .. 'crowded', job) end
end

-- Pairs of the number of runs to keep and a run: it has ended.
function steps.close(first, last)
  for pair = first, last, 2 do
    local job = jobOf(LIST[pair + 1])
    call('ZREM', base .. 'open:' .. job, LIST[pair + 1])
    noteCrowd(job, LIST[pair])
  end
end

-- Pairs of the number of runs to keep and a job that is to keep fewer than before, or has the id of one that was removed.
function steps.crowd(first, last)
  for pair = first, last, 2 do noteCrowd(LIST[pair + 1], LIST[pair]) end
end

-- The first run of the job that is held back in the lane and still waits goes back to its place in the queue.
local function letOneGo(job, lane)
  local held, queue = base .. 'held:' .. job .. '/' .. lane, base .. 'queue:' .. lane
  while true do
    local run, available = unpack(call('ZPOPMIN', held))
    if not run then return call('SREM', base .. 'held:' .. job, lane) end
    if call('ZSCORE', queue, run) == 'inf' then return call('ZADD', queue, available, run) end
  end
end

-- Jobs of which a run no longer runs, or no longer waits: there may be room for one that is held back.
function steps.free(first, last)
  for at = first, last do
    for _, lane in ipairs(call('SMEMBERS', base .. 'held:' .. LIST[at])) do letOneGo(LIST[at], lane) end
  end
end

while at <= #LIST do
  local step, last = steps[LIST[at]], at + 1 + LIST[at + 1]
  if step then step(at + 2, last) else call(LIST[at], unpack(LIST, at + 2, last)) end
  at = last + 1
end
return 1
`);
