// The processes that check in: a hash of rows by the id of the scheduler, each headed by the time when it was seen.
import { script } from './script.ts';

/** ARGV: the time, or nothing; id of the scheduler; its row; how long others are remembered that are not seen, in ms. */
export const PROCESS_SEEN = script(`
local now, processes = clock(ARGV[1]), base .. 'processes'
call('HSET', processes, ARGV[2], int(now) .. ' ' .. ARGV[3])
local all = call('HGETALL', processes)
for at = 1, #all, 2 do
  local seen = tonumber(string.match(all[at + 1], '^%d+') or nil)
  if not seen or seen < now - ARGV[4] then call('HDEL', processes, all[at]) end
end
`);

/** ARGV: id of the scheduler. */
export const PROCESS_GONE = script(`call('HDEL', base .. 'processes', ARGV[1])`);

/** ARGV: the time, or nothing. Answers the time, and all rows. */
export const ALL_PROCESSES = script(`return { int(clock(ARGV[1])), call('HVALS', base .. 'processes') }`);
