// Lists of rows in the order of an index.
import { script } from './script.ts';

/** How many rows are looked at in one call where not every row is wanted. */
const SCANNED = 500;

/**
 * ARGV: index; what the keys of its rows begin with; `up` or `down`; lowest score; highest score; score and member
 * of the row after which the list begins, or two empty texts; how many; then groups of texts, each as their number and
 * the texts: a row is wanted if it contains a text of every group. The texts have quotes, which none of a row's strings can.
 *
 * Answers score and member of the last row that was looked at, or two empty texts at the end of the list; then ids and
 * texts by turns.
 */
export const LIST = script(`
local index, prefix, isUp, count = base .. ARGV[1], ARGV[2], ARGV[3] == 'up', tonumber(ARGV[8])

local groups = {}
local at = 9
while at <= #ARGV do
  local last = at + ARGV[at]
  local texts = {}
  for text = at + 1, last do texts[#texts + 1] = ARGV[text] end
  groups[#groups + 1] = texts
  at = last + 1
end

local function isWanted(row)
  for _, texts in ipairs(groups) do
    local found = false
    for _, text in ipairs(texts) do found = found or string.find(row, text, 1, true) ~= nil end
    if not found then return false end
  end
  return true
end

-- Lua compares texts by the server's locale, an index by bytes.
local function isLess(a, b)
  for byte = 1, math.min(#a, #b) do
    local x, y = string.byte(a, byte), string.byte(b, byte)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- How many members lie before this place, and whether one lies on it.
local function rankOf(score, member)
  local low = call('ZCOUNT', index, '-inf', '(' .. score)
  local last = low + call('ZCOUNT', index, score, score)
  local high = last
  while low < high do
    local middle = math.floor((low + high) / 2)
    if isLess(call('ZRANGE', index, middle, middle)[1], member) then low = middle + 1 else high = middle end
  end
  return low, low < last and call('ZRANGE', index, low, low)[1] == member
end

-- Ranks from the one to before the other.
local from = call('ZCOUNT', index, '-inf', '(' .. ARGV[4])
local to = call('ZCOUNT', index, '-inf', ARGV[5])
if ARGV[6] ~= '' then
  local rank, isThere = rankOf(ARGV[6], ARGV[7])
  if not isUp then to = math.min(to, rank) else from = math.max(from, isThere and rank + 1 or rank) end
end

local size = math.min(to - from, #groups == 0 and count or math.max(count, ${SCANNED}))
local members = {}
if size > 0 and isUp then members = call('ZRANGE', index, from, from + size - 1) end
if size > 0 and not isUp then
  local ascending = call('ZRANGE', index, to - size, to - 1)
  for rank = size, 1, -1 do members[#members + 1] = ascending[rank] end
end

local answer, found, looked = { '', '' }, 0, 0
for rank, row in ipairs(getAll(prefix, members)) do
  if found == count then break end
  looked = rank
  if row and isWanted(row) then
    found = found + 1
    answer[#answer + 1] = members[rank]
    answer[#answer + 1] = row
  end
end
if looked > 0 and looked < to - from then
  answer[1] = call('ZSCORE', index, members[looked])
  answer[2] = members[looked]
end
return answer
`);
