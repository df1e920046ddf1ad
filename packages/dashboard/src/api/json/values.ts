// Values that JSON has no word for, as JSON: the arguments and results of jobs. What `toJson` writes, `fromJson` reads back.

/** Names of objects of ours begin with it. */
const MARK = '$';

/** The value as plain JSON: `{"$date": "2026-…"}` for a Date, and so on. */
export function toJson(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $bigint: String(value) };
    case 'undefined':
      return { $undefined: true };
    case 'object':
      return value === null ? null : objectToJson(value);
    default:
      // A result may be anything.
      return String(value);
  }
}

function objectToJson(value: object): unknown {
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof Map) return { $map: pairs([...value]) };
  if (value instanceof Set) return { $set: [...value].map(toJson) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  const entries = Object.entries(value);
  if (entries.some(([name]) => name.startsWith(MARK))) return { $object: pairs(entries) };
  return Object.fromEntries(entries.map(([name, item]) => [name, toJson(item)]));
}

function pairs(entries: readonly (readonly [unknown, unknown])[]): unknown[] {
  return entries.map(([key, item]) => [toJson(key), toJson(item)]);
}

/** What is wrong with a value that was written as JSON, and where. */
export class ValueFault extends Error {
  /** `args[0].at` */
  readonly field: string;
  readonly expected: string;

  constructor(field: string, expected: string) {
    super(`${field}: expected ${expected}`);
    this.field = field;
    this.expected = expected;
  }
}

/** The value that {@link toJson} wrote. @throws ValueFault naming the place under `field` */
export function fromJson(json: unknown, field: string): unknown {
  if (Array.isArray(json)) return json.map((item, index) => fromJson(item, `${field}[${index}]`));
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json);
  const [first] = entries;
  if (first?.[0].startsWith(MARK)) return marked(entries, field);
  return Object.fromEntries(entries.map(([name, item]) => [name, fromJson(item, `${field}.${name}`)]));
}

type Read = (content: unknown, field: string) => unknown;

const READERS: { readonly [mark: string]: Read } = {
  $date: (content, field) => {
    const date = new Date(typeof content === 'string' ? content : Number.NaN);
    return Number.isNaN(date.getTime()) ? fault(field, 'an instant in ISO 8601') : date;
  },
  $bigint: (content, field) =>
    typeof content === 'string' && /^-?\d{1,1000}$/.test(content) ? BigInt(content) : fault(field, 'digits'),
  $number: (content, field) =>
    typeof content === 'string' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(content)
      ? Number(content)
      : fault(field, 'NaN, Infinity, -Infinity or -0'),
  $undefined: () => undefined,
  $bytes: (content, field) =>
    typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'base64')) : fault(field, 'text in base64'),
  $set: (content, field) =>
    Array.isArray(content) ? new Set(content.map((item) => fromJson(item, field))) : fault(field, 'an array'),
  $map: (content, field) => new Map(readPairs(content, field)),
  $object: (content, field) =>
    Object.fromEntries(readPairs(content, field).map(([name, item]) => [String(name), item] as const)),
};

function marked(entries: readonly [string, unknown][], field: string): unknown {
  const [[mark, content] = ['', null]] = entries;
  const read = Object.hasOwn(READERS, mark) ? READERS[mark] : undefined;
  if (read === undefined || entries.length > 1)
    return fault(
      field,
      `an object of one of ${Object.keys(READERS).join(', ')} alone, or of names that do not begin with $`,
    );
  return read(content, field);
}

function readPairs(content: unknown, field: string): [unknown, unknown][] {
  if (!Array.isArray(content) || !content.every((pair) => Array.isArray(pair) && pair.length === 2))
    return fault(field, 'an array of pairs');
  return content.map(([key, item]) => [fromJson(key, field), fromJson(item, field)]);
}

function fault(field: string, expected: string): never {
  throw new ValueFault(field, expected);
}
