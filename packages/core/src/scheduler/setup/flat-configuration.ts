// A configuration written as one flat object of strings, unfolded into options. Names and values keep their meaning:
// 'sched.job_defaults.max_instances': '3' is { jobDefaults: { maxInstances: 3 } }.
import { InvalidOptionError } from '../../errors.ts';

type Tree = { [name: string]: unknown };

const PREFIXES = ['sched.', 'apscheduler.'] as const;

/** Top-level names as configurations of other tools write them. */
const SECTIONS: Readonly<Record<string, string>> = { jobstores: 'jobStores', jobDefaults: 'jobDefaults' };

/** Sections whose next level is an alias of the user's choice, kept as it is written. */
const BY_ALIAS: readonly string[] = ['jobStores', 'executors'];

/** Whether it is one flat object: its keys begin with a prefix. */
export function isFlat(options: unknown): options is Tree {
  return (
    typeof options === 'object' && options !== null && Object.keys(options).some((key) => withoutPrefix(key) !== null)
  );
}

/**
 * The options that a flat object stands for.
 *
 * @throws InvalidOptionError if a key has no prefix, or a part is given both as a value and as a section.
 */
export function unflatten(flat: Tree): Tree {
  const tree: Tree = Object.create(null);
  for (const [key, value] of Object.entries(flat)) {
    const path = withoutPrefix(key);
    if (path === null) throw new InvalidOptionError(key, value, `a key that begins with ${PREFIXES.join(' or ')}`);
    place(tree, namesOf(path), value, key);
  }
  return { ...tree };
}

function withoutPrefix(key: string): string | null {
  const prefix = PREFIXES.find((start) => key.startsWith(start));
  return prefix === undefined ? null : key.slice(prefix.length);
}

/** The path in our names; an alias stays as it is. */
function namesOf(path: string): string[] {
  const [first = '', ...rest] = path.split('.');
  const section = SECTIONS[camelCase(first)] ?? camelCase(first);
  return [section, ...rest.map((name, index) => (index === 0 && BY_ALIAS.includes(section) ? name : camelCase(name)))];
}

function place(tree: Tree, names: readonly string[], value: unknown, key: string): void {
  const last = names.at(-1) ?? '';
  let at = tree;
  for (const name of names.slice(0, -1)) {
    at[name] ??= Object.create(null);
    const child = at[name];
    if (typeof child !== 'object' || child === null)
      throw new InvalidOptionError(key, value, `${name} to be a section, not a value`);
    at = child as Tree;
  }
  const read = readValue(value, last, names[0] ?? '', names.length);
  const there = at[last];
  if (isTree(there) && isTree(read)) Object.assign(there, read);
  else if (there !== undefined) throw new InvalidOptionError(key, value, 'to be given once');
  else at[last] = read;
}

/** Text as the value it stands for; a nested object with each of its own. */
function readValue(value: unknown, name: string, section: string, depth: number): unknown {
  if (isTree(value)) {
    const aliases = depth === 1 && BY_ALIAS.includes(section);
    const entries = Object.entries(value).map(([key, item]) => {
      const inner = aliases ? key : camelCase(key);
      return [inner, readValue(item, inner, section, depth + 1)] as const;
    });
    return Object.fromEntries(entries);
  }
  return typeof value === 'string' && !TEXTS.has(name) ? fromText(value) : value;
}

/** Options that are text even where the text looks like a number. */
const TEXTS: ReadonlySet<string> = new Set(['type', 'class', 'url', 'timezone', 'tablePrefix', 'driver', 'overlap']);

const TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'on', 'y', 't']);
const FALSE: ReadonlySet<string> = new Set(['false', 'no', 'off', 'n', 'f']);

function fromText(text: string): unknown {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  if (word === 'none' || word === 'null') return null;
  return /^[+-]?\d+(\.\d+)?$/.test(word) ? Number(word) : text;
}

/** A snake_case name as our options are spelt. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
