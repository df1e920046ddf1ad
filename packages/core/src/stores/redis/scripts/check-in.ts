// What is done whenever a connection has been made: which server is it, and are the keys of our kind?
import { script } from './script.ts';

/** Answers what the server says of itself. */
export const SERVER_INFO = script(`return call('INFO')`);

/** How far the counters go forward when the server may have lost what it had acknowledged: beyond all that could be lost. */
const COUNTER_JUMP = 1_000_000;

/**
 * ARGV: version of our keys; the oldest version of the code that may work with them; which server it is.
 *
 * Answers the version of the keys, what they are compatible with, and how often the server has been another than before. Where
 * it is another (started again, or a replica in the place of the primary), tokens and generations that were given out may have
 * been lost, and must not be given out again.
 */
export const CHECK_IN = script(`
local meta = base .. 'meta'
local version, compatible = unpack(call('HMGET', meta, 'schema', 'schema_compatible'))
if not version then
  call('HSET', meta, 'schema', ARGV[1], 'schema_compatible', ARGV[2], 'generation', 0, 'token', 0, 'epoch', 0)
  version, compatible = ARGV[1], ARGV[2]
end
compatible = compatible or version
if tonumber(compatible) > tonumber(ARGV[1]) then return { version, compatible, 0 } end
local server = call('HGET', meta, 'server')
if server ~= ARGV[3] then
  if server then
    for _, counter in ipairs({ 'generation', 'token' }) do call('HINCRBY', meta, counter, ${COUNTER_JUMP}) end
    call('HINCRBY', meta, 'epoch', 1)
  end
  call('HSET', meta, 'server', ARGV[3])
end
return { version, compatible, call('HGET', meta, 'epoch') }
`);
