// Tasks: functions under a name. Stores keep the name; only code that this process registered is ever called.
import { randomUUID } from 'node:crypto';
import { InvalidOptionError, SchedError, show } from '../errors.ts';

const BRAND: unique symbol = Symbol.for('@sched/task');

/** A named function: what jobs run. */
export interface Task<Args extends readonly unknown[] = readonly unknown[]> {
  readonly [BRAND]: true;
  /** The name under which stores remember it; must stay the same over restarts and on all processes. */
  readonly name: string;
  /** Runs it; the result may be a promise. */
  run(...args: Args): unknown;
}

/** A function that can become a task. */
export type TaskFunction<Args extends readonly unknown[] = readonly unknown[]> = {
  // A method, so that a function of particular arguments is assignable where the arguments do not matter.
  bivarianceHack(...args: Args): unknown;
}['bivarianceHack'];

/** The longest id or name in UTF-8 bytes: what every store can index. */
const MAX_NAME_BYTES = 255;

/**
 * Gives a function the name under which job stores remember it.
 *
 * @throws InvalidOptionError if the name is empty, over 255 bytes or has a NUL, or `run` is no function.
 */
export function defineTask<Args extends readonly unknown[]>(name: string, run: (...args: Args) => unknown): Task<Args> {
  checkName('task name', name);
  if (isLocalName(name)) throw new InvalidOptionError('task name', name, `a name that does not begin with '${LOCAL}'`);
  return makeTask(name, run);
}

function makeTask<Args extends readonly unknown[]>(name: string, run: (...args: Args) => unknown): Task<Args> {
  if (typeof run !== 'function') throw new InvalidOptionError(`task '${name}'`, run, 'a function');
  return Object.freeze({ [BRAND]: true as const, name, run });
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

  /**
   * Makes a task known. The same task twice is once.
   *
   * @throws SchedError `task-conflict` if another function has this name already.
   */
  register(task: Task): void {
    const known = this.#tasks.get(task.name);
    if (known !== undefined && known.run !== task.run) {
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
