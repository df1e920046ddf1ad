// Tasks: functions under a name. Stores keep the name; only code that this process registered is ever called.
import { randomUUID } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidOptionError, SchedError, show } from '../errors.ts';

const BRAND: unique symbol = Symbol.for('@sched/task');

/** A named function: what jobs run. */
export interface Task<Args extends readonly unknown[] = readonly unknown[]> {
  readonly [BRAND]: true;
  /** The name under which stores remember it; must stay the same over restarts and on all processes. */
  readonly name: string;
  /** Runs it; the result may be a promise. */
  run(...args: Args): unknown;
  /** Where its code is, for executors that run it outside this thread. */
  readonly module?: TaskModule;
}

/** Where the code of a task is. */
export interface TaskModule {
  /** URL of the module's file. */
  readonly url: string;
  /** Name under which the module exports the function. */
  readonly export: string;
}

/** Options of a task whose code is a module of its own. */
export interface ModuleTaskOptions {
  /**
   * The module's file: `new URL('./resize.js', import.meta.url)`, or an absolute path. TypeScript too, where the program
   * runs under a loader for it: workers are started with the same one. On Node 20, threads need one that registers itself
   * in every thread: see the option `execArgv` of pools.
   */
  readonly module: URL | string;
  /** Name under which it exports the function. @default 'default' */
  readonly export?: string;
}

/** The arguments of a task, given as themselves or by the function: `defineTask<typeof import('./resize.js').default>(…)`. */
export type ArgumentsOf<Shape> = Shape extends readonly unknown[]
  ? Shape
  : Shape extends (...args: infer Args) => unknown
    ? Readonly<Args>
    : never;

/** A function that can become a task. */
export type TaskFunction<Args extends readonly unknown[] = readonly unknown[]> = {
  // A method, so that a function of particular arguments is assignable where the arguments do not matter.
  bivarianceHack(...args: Args): unknown;
}['bivarianceHack'];

/** The longest id or name in UTF-8 bytes: what every store can index. */
const MAX_NAME_BYTES = 255;

/**
 * Gives a function the name under which job stores remember it. A function given by its module runs on every executor, those
 * in other threads and processes included; one given as itself runs in this thread.
 *
 * @throws InvalidOptionError if the name is empty, over 255 bytes or has a NUL, or if there is neither a function nor a module.
 */
export function defineTask<Args extends readonly unknown[]>(name: string, run: (...args: Args) => unknown): Task<Args>;
export function defineTask<Shape extends readonly unknown[] | ((...args: never[]) => unknown) = readonly unknown[]>(
  name: string,
  options: ModuleTaskOptions,
): Task<ArgumentsOf<Shape>>;
export function defineTask(name: string, code: TaskFunction | ModuleTaskOptions): Task {
  checkName('task name', name);
  if (isLocalName(name)) throw new InvalidOptionError('task name', name, `a name that does not begin with '${LOCAL}'`);
  if (typeof code !== 'object' || code === null) return makeTask(name, code);
  const module = readModule(name, code);
  return makeTask(name, async (...args) => (await importTask(module))(...args), module);
}

function makeTask<Args extends readonly unknown[]>(
  name: string,
  run: (...args: Args) => unknown,
  module?: TaskModule,
): Task<Args> {
  if (typeof run !== 'function') throw new InvalidOptionError(`task '${name}'`, run, 'a function, or { module }');
  return Object.freeze({ [BRAND]: true as const, name, run, ...(module && { module }) });
}

function readModule(name: string, { module, export: exported = 'default', ...rest }: ModuleTaskOptions): TaskModule {
  const [unknown] = Object.entries(rest);
  if (unknown !== undefined)
    throw new InvalidOptionError(`task '${name}': ${unknown[0]}`, unknown[1], 'module and export only');
  if (typeof exported !== 'string' || exported === '')
    throw new InvalidOptionError(`task '${name}': export`, exported, 'the name of an export');
  return Object.freeze({ url: fileUrl(name, module), export: exported });
}

function fileUrl(name: string, module: unknown): string {
  const url = typeof module === 'string' && isAbsolute(module) ? pathToFileURL(module) : module;
  const text = url instanceof URL ? url.href : url;
  if (typeof text === 'string' && text.startsWith('file:') && URL.canParse(text)) return text;
  // A relative path would be looked for beside this file, or in whatever directory the program was started.
  const expected = "the URL or absolute path of a file: new URL('./it.js', import.meta.url)";
  throw new InvalidOptionError(`task '${name}': module`, module instanceof URL ? module.href : module, expected);
}

/** The function of a module. A CommonJS module may have been compiled to keep its default export one level further down. */
async function importTask({ url, export: name }: TaskModule): Promise<TaskFunction> {
  const found: { readonly [name: string]: unknown } = await import(/* @vite-ignore */ url);
  const inner = found['default'];
  const candidates = [found[name], typeof inner === 'object' && inner !== null && Reflect.get(inner, name)];
  const run = candidates.find((candidate) => typeof candidate === 'function');
  if (run === undefined) throw new SchedError('task-not-found', `${url} exports no function as ${show(name)}`);
  return run as TaskFunction;
}

/** Whether a value was made by {@link defineTask}, of this copy of the library or another. */
export function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** An id or name that every store can keep: a non-empty, well-formed string of at most 255 UTF-8 bytes without NUL. */
export function checkName(field: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '' || !isStorable(value) || Buffer.byteLength(value) > MAX_NAME_BYTES) {
    const expected = `a non-empty string of at most ${MAX_NAME_BYTES} bytes without NUL or half characters`;
    throw new InvalidOptionError(field, value, expected);
  }
}

/** Whether every store can keep the text as it is: some know no NUL, and none knows half of a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && !LONE_SURROGATE.test(text);
}

/** The text with a stand-in for what not every store can keep. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.replaceAll('\0', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The tasks one scheduler knows, by name. */
export class TaskRegistry {
  readonly #tasks = new Map<string, Task>();
  readonly #localNames = new WeakMap<TaskFunction, string>();
  readonly #names = new Set<string>();
  /** Two registries never give the same name: a store may be shared by several schedulers of one process. */
  readonly #localGroup = `${LOCAL}${randomUUID().slice(0, 8)}`;
  readonly #locals = new Set<string>();
  /** Of these, what was asked for since the last {@link TaskRegistry.localNames}. */
  readonly #fresh = new Set<string>();
  #localCount = 0;

  /** Their names: what this process may claim. The set is live. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  get(name: string): Task | undefined {
    return this.#tasks.get(name);
  }

  /** The names that were given by people, in order. */
  named(): string[] {
    return [...this.#tasks.keys()].filter((name) => !this.#locals.has(name)).sort();
  }

  /**
   * Makes a task known. The same task twice is once.
   *
   * @throws SchedError `task-conflict` if another function has this name already.
   */
  register(task: Task): void {
    const known = this.#tasks.get(task.name);
    if (known !== undefined && !isSameCode(known, task)) {
      throw new SchedError(
        'task-conflict',
        `two different functions are registered as task ${show(task.name)}; give each its own name`,
      );
    }
    this.#tasks.set(task.name, task);
    this.#names.add(task.name);
  }

  /** A name for a function that was not given one, good within this process only; the same function keeps its name. */
  registerLocal(run: TaskFunction): string {
    const known = this.#localNames.get(run);
    if (known !== undefined) this.#fresh.add(known);
    if (known !== undefined && this.#tasks.has(known)) return known;
    const name =
      known ?? `${this.#localGroup}:${++this.#localCount}:${run.name || 'anonymous'}`.slice(0, MAX_NAME_BYTES / 4);
    this.#localNames.set(run, name);
    this.#names.add(this.#localGroup);
    this.#locals.add(name);
    this.#tasks.set(name, makeTask(name, run));
    return name;
  }

  /** How many names given by {@link registerLocal} are still known. */
  get localCount(): number {
    return this.#locals.size;
  }

  /** Names given by {@link registerLocal} that are still known: the beginning of a search for what is needed no more. */
  localNames(): readonly string[] {
    this.#fresh.clear();
    return [...this.#locals];
  }

  /** Forgets a function registered by {@link registerLocal}, so that it can be collected; not one asked for since the search began. */
  forgetLocal(name: string): void {
    if (this.#fresh.has(name)) return;
    this.#tasks.delete(name);
    this.#locals.delete(name);
  }
}

function isSameCode(one: Task, other: Task): boolean {
  if (one.module === undefined || other.module === undefined) return one.run === other.run;
  return one.module.url === other.module.url && one.module.export === other.module.export;
}

const LOCAL = 'local:';

/**
 * What a queue of work may be kept by: tasks of one group are always known together. The functions of one scheduler that
 * have no name of their own are such a group, which its {@link TaskRegistry.names} include; any other task is one by itself.
 */
export function taskGroup(task: string): string {
  return isLocalName(task) ? task.slice(0, task.indexOf(':', LOCAL.length)) : task;
}

/** Whether a task name means a function of one scheduler only. */
export function isLocalName(name: string): boolean {
  return name.startsWith(LOCAL);
}
