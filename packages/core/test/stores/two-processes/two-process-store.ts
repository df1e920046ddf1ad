// One store in two processes: its operations go in turn to this process and to another, which has opened the same data.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JobStore, StoreContext } from '../../../src/stores/store.ts';

/** Where the other process finds the class of the store: the built package, which is what a process would import. */
export interface BuiltStore {
  /** Name of the file under `dist/stores/`, without its ending. */
  readonly module: string;
  readonly className: string;
}

/** The other process: one for all stores of a test file. */
export class OtherProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #calls = 0;

  constructor() {
    const program = fileURLToPath(new URL('./other-process.mjs', import.meta.url));
    this.#child = fork(program, { serialization: 'advanced', execArgv: [] });
    this.#child.on('message', (answer) => this.#answered(answer as Answer));
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the other process has ended'));
    });
  }

  /** Has it call a method of one of its stores, at the time given. */
  call(store: number, method: string, args: readonly unknown[], now: number): Promise<unknown> {
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#child.send({ call, store, method, args, now });
    });
  }

  end(): void {
    this.#child.disconnect();
  }

  #answered({ call, result, error }: Answer): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(error);
  }
}

interface Answer {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** What goes to both processes; everything else goes to one after the other. */
const TO_BOTH: readonly string[] = ['open', 'close'];

let stores = 0;

/** A store whose operations go in turn to `here` and to its twin in the other process. */
export function inTwoProcesses(here: JobStore, other: OtherProcess, built: BuiltStore, options: object): JobStore {
  const module = new URL(`../../../dist/stores/${built.module}.js`, import.meta.url);
  if (!existsSync(module)) throw new Error(`${module.pathname} is not there: run \`npm run build\` first`);
  const id = ++stores;
  let created: Promise<unknown> | null = null;
  let clock: StoreContext['clock'] | null = null;
  let turn = 0;
  const there = async (method: string, args: readonly unknown[]) => {
    created ??= other.call(id, 'create', [module.href, built.className, options], 0);
    await created;
    return await other.call(id, method, args, clock?.now() ?? 0);
  };
  return new Proxy(here, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      const method = String(property);
      if (typeof value !== 'function' || method === 'subscribe') return value;
      return async (...args: unknown[]) => {
        if (!TO_BOTH.includes(method)) {
          return await (turn++ % 2 === 0 ? there(method, args) : value.apply(target, args));
        }
        if (method === 'open') clock = (args[0] as StoreContext).clock;
        await value.apply(target, args);
        // A clock cannot be sent: the other process is told the time with each call.
        return await there(method, []);
      };
    },
  });
}
