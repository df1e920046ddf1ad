// What a unit of work reads besides whole rows.
import { script } from './script.ts';

/** Answers the time in epoch ms. ARGV: the time, or nothing. */
export const TIME = script(`return int(clock(ARGV[1]))`);

/** ARGV: jobs. Answers how many runs are open of each. */
export const COUNT_OPEN = script(`
local counts = {}
for at, job in ipairs(ARGV) do counts[at] = call('ZCARD', base .. 'open:' .. job) end
return counts
`);

/** ARGV: jobs. Answers for each a list of its open runs. */
export const OPEN_RUNS = script(`
local runs = {}
for at, job in ipairs(ARGV) do runs[at] = call('ZRANGE', base .. 'open:' .. job, 0, -1) end
return runs
`);

/** ARGV: how many. Answers the ids of so many jobs; what the list has without a row is taken out of it. */
export const SOME_JOBS = script(`
while true do
  local ids = call('ZRANGE', base .. 'jobs', 0, ARGV[1] - 1)
  local rows, gone = getAll('job:', ids), {}
  for at, row in ipairs(rows) do if not row then gone[#gone + 1] = ids[at] end end
  if #gone == 0 then return ids end
  inSlices('ZREM', base .. 'jobs', gone)
end
`);

/** ARGV: jobs. Answers what the text of each begins with, as much as says how the job stands; an empty text if there is none. */
export const STANDINGS = script(`
local heads = {}
for at, job in ipairs(ARGV) do heads[at] = call('GETRANGE', base .. 'job:' .. job, 0, 159) end
return heads
`);
