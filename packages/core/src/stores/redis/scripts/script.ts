// What a Lua script is to the store, and what every script begins with.
import { createHash } from 'node:crypto';

/** A script, and the hash under which the server keeps it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** Bytes in the head of a row, its last comma included; a head that is longer makes do without being replaced in place. */
export const JOB_WIDTH = 240;
export const RUN_WIDTH = 352;

// Numbers that go into texts are written by `int`: Lua would write 17-digit numbers with an exponent. `unpack` has room for
// some 8000 values, so whatever can be longer goes in slices.
const PRELUDE = `
local base = KEYS[1] .. ':'
local call = redis.call
local SLICE = 4000

local function int(number)
  return string.format('%.0f', number)
end

local function clock(given)
  if given ~= '' then return tonumber(given) end
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function inSlices(command, key, items)
  for first = 1, #items, SLICE do
    call(command, key, unpack(items, first, math.min(first + SLICE - 1, #items)))
  end
end

-- The head of a row without its last comma; nil if the row has not our form.
local function headOf(key, width)
  return string.match(call('GETRANGE', key, 0, width + 4), '^(.*),"id":$')
end

-- Puts a head in the place of the one that the row has. It has the blanks at its end that the other had.
local function putHead(key, head, width)
  local excess = #head - (width - 1)
  if excess < 0 then head = head .. string.rep(' ', -excess) end
  if excess > 0 then
    if string.find(head, '%S', width) then
      return call('SET', key, head .. ',' .. string.sub(call('GET', key), width + 1))
    end
    head = string.sub(head, 1, width - 1)
  end
  call('SETRANGE', key, 0, head)
end

local function getAll(prefix, ids)
  local rows = {}
  for first = 1, #ids, SLICE do
    local keys = {}
    for at = first, math.min(first + SLICE - 1, #ids) do keys[#keys + 1] = base .. prefix .. ids[at] end
    local found = call('MGET', unpack(keys))
    for at = 1, #keys do rows[#rows + 1] = found[at] end
  end
  return rows
end
`;

/** A script over the keys of one store, which is KEYS[1]. */
export function script(body: string): Script {
  const lua = PRELUDE + body;
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
