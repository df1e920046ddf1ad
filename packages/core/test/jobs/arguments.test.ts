// Arguments of jobs: what goes in comes back equal, or is refused; and stored text is never more than data.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptRecordError, InvalidOptionError, UnserializableArgumentsError } from '../../src/index.ts';
import { decodeArguments, encodeArguments, MAX_ARGUMENTS_LENGTH } from '../../src/jobs/arguments.ts';

const through = (args: readonly unknown[]) => decodeArguments(encodeArguments(args));

/** A key of that name is refused: it could reach a prototype. */
const key = fc.string().filter((name) => name !== '__proto__');

/** Plain data, and everything else that is kept. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    ...[fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.bigInt()],
    ...[fc.constantFrom(null, undefined, -0, Number.NaN, '__proto__', 'constructor')],
    ...[fc.date({ noInvalidDate: true }), fc.uint8Array()],
    ...[fc.array(tie('value')), fc.dictionary(key, tie('value'), { noNullPrototype: true })],
    fc.array(tie('value')).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
  ),
}));

describe('what goes in', () => {
  test('comes back equal', () => {
    fc.assert(
      fc.property(fc.array(value), (args) => {
        expect(through(args)).toStrictEqual(args);
      }),
      { numRuns: 2000 },
    );
  });

  test('is a copy: what the caller does to it afterwards does not matter', () => {
    const list = [1];
    const text = encodeArguments([list]);
    list.push(2);
    expect(decodeArguments(text)).toEqual([[1]]);
    expect(decodeArguments(text)).not.toBe(decodeArguments(text));
  });

  test('may refer to one thing twice, or to itself', () => {
    const shared = { a: 1 };
    const [first, second] = through([shared, shared]);
    expect(first).toBe(second);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const [back] = through([circle]) as [typeof circle];
    expect(back.self).toBe(back);
  });

  test('equal arguments are equal text: it says whether a definition changed', () => {
    expect(encodeArguments([{ a: 1, b: [new Date(0)] }])).toBe(encodeArguments([{ a: 1, b: [new Date(0)] }]));
    expect(encodeArguments([{ a: 1 }])).not.toBe(encodeArguments([{ a: 2 }]));
  });

  test.each([[''], ['\ud83d'], ['\udc00\ud800'], ['</script>'], ['\u2028\u2029\0']])(
    'text is kept to the last unit: %j',
    (text) => {
      expect(through([text, { [text]: text }])).toStrictEqual([text, { [text]: text }]);
    },
  );
});

describe('what is refused', () => {
  class Money {
    readonly amount = 3;
  }
  const getter = Object.defineProperty({}, 'now', { enumerable: true, get: () => Math.random() });
  test.each<[string, unknown, string]>([
    ['a function', () => {}, 'args[0]'],
    ['a method deep inside', { a: [{ f() {} }] }, 'args[0].a[0].f'],
    ['a symbol', Symbol('s'), 'args[0]'],
    ['a symbol as a key', { [Symbol('s')]: 1 }, 'args[0]'],
    ['an instance of a class', new Money(), 'args[0]'],
    ['an instance inside of a map', new Map([['m', new Money()]]), 'args[0]'],
    ['an invalid Date', new Date(Number.NaN), 'args[0]'],
    ['an Error', new Error('x'), 'args[0]'],
    ['a Promise', Promise.resolve(1), 'args[0]'],
    ['a WeakMap', new WeakMap(), 'args[0]'],
    ['a property that answers differently each time', getter, 'args[0]'],
    ['a property on an array', Object.assign([1], { extra: 2 }), 'args[0]'],
  ])('%s', (_, arg, path) => {
    let error: unknown;
    try {
      encodeArguments([arg]);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UnserializableArgumentsError);
    expect(error instanceof UnserializableArgumentsError && error.path.startsWith(path)).toBe(true);
  });

  test('is named by its place in the list', () => {
    expect(() => encodeArguments([1, 2, new Money()])).toThrow(/^args\[2\]/);
  });

  test.each([[7], ['text'], [null], [{ 0: 'a', length: 1 }], [new Set()]])('no array: %s', (args) => {
    expect(() => encodeArguments(args)).toThrow(InvalidOptionError);
  });

  test('more text than is kept', () => {
    expect(through(['x'.repeat(MAX_ARGUMENTS_LENGTH - 10)])).toHaveLength(1);
    expect(() => encodeArguments(['x'.repeat(MAX_ARGUMENTS_LENGTH)])).toThrow(/characters, at most 1048576 are kept/);
  });

  test('what is nested beyond the depth of the stack, and a hundred levels are nothing', () => {
    const nested = (levels: number) => {
      let inner: unknown = 'core';
      for (let level = 0; level < levels; level++) inner = [inner];
      return inner;
    };
    expect(through([nested(100)])).toStrictEqual([nested(100)]);
    expect(() => encodeArguments([nested(100_000)])).toThrow(UnserializableArgumentsError);
  });
});

describe('text from a store', () => {
  test.each([
    '[{"__proto__":1},true]',
    '[[1],{"__proto__":2},{"polluted":3},true]',
    '[[1],["Object",2]]',
    '[{"constructor":1},{"prototype":2},{"polluted":3},true]',
    '[[1],["null","__proto__",2],{"polluted":3},true]',
  ])('never reaches a prototype: %s', (text) => {
    try {
      decodeArguments(text);
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptRecordError);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each([
    ...['', '{', 'null', '7', '"text"', '{}', '[{}]', '[[1]]', '[[99]]', '[["Date"]]', '[["Custom",1],1]', '[[-99]]'],
    ...['["os:system",["echo"]]', '_$$ND_FUNC$$_function(){}()', '{"_apscheduler_json":["os:system","ls"]}'],
    '['.repeat(1_000_000),
  ])('that nobody wrote is data or a typed error, and nothing is called: %.40s', (text) => {
    let args: unknown = [];
    try {
      args = decodeArguments(text);
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptRecordError);
    }
    expect(Array.isArray(args)).toBe(true);
  });

  test('in any state of disrepair', () => {
    const whole = encodeArguments([new Map([['a', new Set([1n])]]), new Date(0), { b: [undefined] }]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 3 }), fc.nat(4), (at, put, cut) => {
        const text = whole.slice(0, at) + put + whole.slice(at + cut);
        try {
          expect(Array.isArray(decodeArguments(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptRecordError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
