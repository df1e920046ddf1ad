// Random crontab text, most of it good in every dialect, for property and fuzz tests.
import fc from 'fast-check';

function number(min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map(String);
}

function range(min: number, max: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
}

function items(min: number, max: number, ...more: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const step = fc.integer({ min: 1, max: Math.max(1, Math.floor((max - min) / 2)) });
  return fc.oneof(
    { arbitrary: fc.constant('*'), weight: 3 },
    { arbitrary: number(min, max), weight: 3 },
    range(min, max),
    step.map((n) => `*/${n}`),
    fc.tuple(range(min, max), step).map(([text, n]) => `${text}/${n}`),
    fc.tuple(number(min, max), step).map(([text, n]) => `${text}/${n}`),
    fc.constant('H'),
    step.map((n) => `H/${n}`),
    fc.tuple(range(min, max)).map(([text]) => `H(${text})`),
    ...more,
  );
}

function field(min: number, max: number, ...more: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const item = items(min, max, ...more);
  return fc.oneof(
    { arbitrary: item, weight: 3 },
    fc.array(item, { minLength: 2, maxLength: 4 }).map((list) => list.join(',')),
  );
}

const MONTH = fc.constantFrom('jan', 'FEB', 'Mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec');
const WEEKDAY = fc.constantFrom('mon', 'TUE', 'Wed', 'thu', 'fri', 'sat', 'sun');

const SECOND = field(0, 59);
const HOUR = field(0, 23);
const DAY = fc.oneof(
  field(
    1,
    31,
    fc.constantFrom('L', 'LW', 'l'),
    number(1, 30).map((n) => `L-${n}`),
    number(1, 31).map((n) => `${n}W`),
  ),
  fc.constant('?'),
);
const MONTHS = field(
  1,
  12,
  MONTH,
  fc.tuple(MONTH, MONTH).map(([a, b]) => `${a}-${b}`),
);
const DAY_OF_WEEK = fc
  .tuple(
    fc.constantFrom('', '', '', '+'),
    field(
      1,
      6,
      WEEKDAY,
      fc.tuple(WEEKDAY, WEEKDAY).map(([a, b]) => `${a}-${b}`),
      WEEKDAY.map((day) => `${day}L`),
      fc.tuple(WEEKDAY, number(1, 5)).map(([day, n]) => `${day}#${n}`),
      number(0, 7),
    ),
  )
  .map((parts) => parts.join(''));
const YEAR = fc.oneof(fc.constant('*'), number(1970, 2099), range(2020, 2099), fc.constant('2026/7'));

/** A line of 5, 6 or 7 fields. */
export function crontabText(): fc.Arbitrary<string> {
  const five = fc.tuple(SECOND, HOUR, DAY, MONTHS, DAY_OF_WEEK);
  return fc.oneof(
    { arbitrary: five.map((fields) => fields.join(' ')), weight: 3 },
    fc.tuple(SECOND, five).map(([second, fields]) => [second, ...fields].join(' ')),
    fc.tuple(SECOND, five, YEAR).map(([second, fields, year]) => [second, ...fields, year].join(' ')),
  );
}
