// What every executor has to do, as cases for a test runner.
import assert from 'node:assert/strict';
import type { RunInfo } from '../executors/current-run.ts';
import type { Execution, Executor } from '../executors/executor.ts';
import type { ContractRunner } from './contract-runner.ts';
import { type ExecutorTask, executorTasks, executorTasksUrl } from './executor-tasks.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A kind of executor under test. */
export interface ExecutorSubject {
  /** Heads the cases in the test report. */
  readonly name: string;
  /**
   * An executor, not yet started, that takes so many runs at a time and knows the `executorTasks`. Where it can limit the
   * memory of a worker, let the limit be small: a case fills it.
   */
  create(maxWorkers: number): Executor | Promise<Executor>;
  /** Whether a task can ask `currentRun()` for its run. @default true */
  readonly hasCurrentRun?: boolean;
  /**
   * What a task is alone in, so that it can be ended whatever it does and takes no other down with it. Left out where tasks
   * share the thread of the scheduler: the cases about that are skipped.
   */
  readonly isolation?: 'thread' | 'process';
}

/** An executor that was started, and its time. */
interface Bench {
  readonly executor: Executor;
  /** Lets time pass until a promise is settled, for executors that give tasks a while. */
  readonly settled: <Value>(promise: Promise<Value>) => Promise<Value>;
}

type Cases = (title: string, body: (executor: Executor, bench: Bench) => Promise<void>) => void;

const MAX_WORKERS = 2;

/**
 * Registers the cases an executor has to pass. Each case makes an executor of its own.
 *
 * @example executorContract({ name: 'MyExecutor', create: (maxWorkers) => new MyExecutor({ maxWorkers }) }, { describe, it });
 */
export function executorContract(subject: ExecutorSubject, { describe, it }: ContractRunner): void {
  const bodyOf = (body: Parameters<Cases>[1]) => async () => {
    const clock = new VirtualClock();
    const executor = await subject.create(MAX_WORKERS);
    await executor.start({ setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire) });
    try {
      await body(executor, { executor, settled: (promise) => passUntilSettled(promise, clock) });
    } finally {
      await executor.close();
    }
  };
  const cases: Cases = (title, body) => it(title, bodyOf(body));
  const skipped: Cases = (title, body) =>
    it.skip?.(`${title} (skipped: its tasks share the scheduler's thread)`, bodyOf(body));
  describe(`${subject.name} keeps the executor contract`, () => {
    outcomeCases(cases);
    if (subject.hasCurrentRun !== false) currentRunCases(cases);
    abortCases(cases);
    capacityCases(cases);
    closingCases(cases);
    isolationCases(subject.isolation === undefined ? skipped : cases);
    if (subject.isolation === 'process') lostWorkerCase(cases, 'killWorker', 'is killed', []);
  });
}

async function passUntilSettled<Value>(promise: Promise<Value>, clock: VirtualClock): Promise<Value> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  while (!isSettled) await clock.advance(1000);
  return await promise;
}

function outcomeCases(it: Cases): void {
  it('hands over the arguments and brings back the result', async (executor) => {
    const args = ['text', 7, null, { nested: [true] }];
    assert.deepEqual(await executor.execute(execution('echo', args)), args);
    assert.deepEqual(await executor.execute(execution('echoLater', [{ a: 1 }])), { a: 1 });
  });

  for (const task of ['fail', 'failLater'] as const) {
    it(`rejects with the error: ${task}`, async (executor) => {
      const thrown: unknown = await rejection(executor.execute(execution(task, ['no luck'])));
      assert.ok(thrown instanceof Error);
      assert.match(thrown.message, /no luck/);
      assert.equal(thrown.name, 'TypeError');
      assert.equal('code' in thrown && thrown.code, 'E_CONTRACT');
    });
  }

  for (const task of ['throwText', 'throwTextLater'] as const) {
    it(`rejects with what is thrown though it is no Error: ${task}`, async (executor) => {
      const thrown: unknown = await rejection(executor.execute(execution(task, ['just text'])));
      assert.match(thrown instanceof Error ? thrown.message : String(thrown), /just text/);
    });
  }

  it('hands over plain data of every kind a job may be given', async (executor) => {
    const values = [new Date(1e12), new Map([['a', new Set([1n])]]), undefined, Uint8Array.of(1, 2), { a: [null] }];
    assert.deepEqual(await executor.execute(execution('echo', values)), values);
  });

  it('goes on after a failure', async (executor) => {
    for (let n = 0; n < 2 * MAX_WORKERS; n++) await rejection(executor.execute(execution('fail', ['no'])));
    assert.equal(executor.free, MAX_WORKERS);
    assert.deepEqual(await executor.execute(execution('echo', [1])), [1]);
  });
}

function currentRunCases(it: Cases): void {
  it('tells a task which run it is in', async (executor) => {
    const executions = ['first', 'second'].map((runId, n) => execution('describeRun', [], { runId, attempt: n + 1 }));
    const seen = await Promise.all(executions.map((each) => executor.execute(each)));
    assert.deepEqual(seen, [
      { runId: 'first', attempt: 1, fireTime: FIRE_TIME },
      { runId: 'second', attempt: 2, fireTime: FIRE_TIME },
    ]);
  });

  it('brings what a task logs, in order', async (executor) => {
    const lines: string[] = [];
    await executor.execute(execution('logTwice', ['first', 'second'], { log: (line) => lines.push(line) }));
    assert.deepEqual(lines, ['first', 'second']);
  });

  it('brings what the task says of its progress, the last of it before the end', async (executor) => {
    const said: [number, string | undefined][] = [];
    const progress = (fraction: number, text?: string) => said.push([fraction, text]);
    await executor.execute(execution('tellProgress', [1000], { progress }));
    assert.deepEqual(said.at(-1), [1, 'done']);
    const fractions = said.map(([fraction]) => fraction);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    const length = said.length;
    await executor.execute(execution('echoLater', [1]));
    assert.equal(said.length, length, 'something came after the end');
  });

  it('lets the abort reach the task', async (executor) => {
    const abort = new AbortController();
    const heard = new Promise<string>((resolve) => {
      const log = (line: string) => (line === 'waiting' ? abort.abort(new Error('enough')) : resolve(line));
      executor.execute(execution('heedSignal', [], { log, signal: abort.signal })).catch(() => {});
    });
    assert.equal(await heard, 'heard: enough');
  });
}

function abortCases(it: Cases): void {
  it('settles with the reason when the signal aborts, though the task does not heed it', async (executor, {
    settled,
  }) => {
    const abort = new AbortController();
    const reason = new Error('timed out');
    const running = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
    await executor.execute(execution('echoLater', [1]));
    abort.abort(reason);
    assert.equal(await settled(running), reason);
    assert.equal(executor.free, MAX_WORKERS);
  });

  it('does not begin what was aborted before', async (executor) => {
    const reason = new Error('cancelled');
    assert.equal(
      await rejection(executor.execute(execution('hang', [], { signal: AbortSignal.abort(reason) }))),
      reason,
    );
    assert.equal(executor.free, MAX_WORKERS);
  });

  it('ends one run and leaves the others alone', async (executor, { settled }) => {
    const abort = new AbortController();
    const running = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
    const other = executor.execute(execution('echoLater', ['other']));
    abort.abort(new Error('cancelled'));
    await settled(running);
    assert.equal(await other, 'other');
  });
}

function capacityCases(it: Cases): void {
  it('says how many more runs it takes', async (executor, { settled }) => {
    const free = [executor.free];
    const aborts = Array.from({ length: MAX_WORKERS }, () => new AbortController());
    const running = aborts.map((abort) => {
      const ended = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
      free.push(executor.free);
      return ended;
    });
    for (const [n, abort] of aborts.entries()) {
      abort.abort(new Error('enough'));
      await settled(running[n] ?? Promise.reject(new Error('there is no such run')));
      free.push(executor.free);
    }
    assert.deepEqual(free, [2, 1, 0, 1, 2]);
  });
}

function closingCases(it: Cases): void {
  it('starts twice as if once', async (executor) => {
    await executor.start({ setTimer: () => ({ cancel() {} }) });
    assert.deepEqual(await executor.execute(execution('echo', [1])), [1]);
  });

  it('waits for what runs when it closes, and closes twice', async (executor) => {
    const settled: string[] = [];
    const running = executor.execute(execution('echoLater', ['last'])).then((value) => settled.push(String(value)));
    await executor.close();
    settled.push('closed');
    await running;
    await executor.close();
    assert.deepEqual(settled, ['last', 'closed']);
  });

  it('takes nothing once it is closed', async (executor) => {
    await executor.close();
    assert.equal(executor.free, 0);
    await assert.rejects(executor.execute(execution('echo', [1])));
  });
}

function isolationCases(it: Cases): void {
  lostWorkerCase(it, 'endWorker', 'exits', [7]);
  lostWorkerCase(it, 'throwOutside', 'crashes', ['nobody waits']);
  lostWorkerCase(it, 'exhaustMemory', 'runs out of memory', []);

  it('ends a task that holds its thread for ever, and leaves the others alone', async (executor, { settled }) => {
    const abort = new AbortController();
    const reason = new Error('timed out');
    let tellBegun = () => {};
    const begun = new Promise<void>((resolve) => {
      tellBegun = resolve;
    });
    const blocked = rejection(executor.execute(execution('block', [], { signal: abort.signal, log: tellBegun })));
    await begun;
    const beside = await executor.execute(execution('echo', ['beside']));
    abort.abort(reason);
    assert.equal(await settled(blocked), reason);
    assert.deepEqual(beside, ['beside']);
    await isWhole(executor);
  });

  it('rejects a result that is no data, and goes on', async (executor) => {
    const thrown = await rejection(executor.execute(execution('answerFunction')));
    assert.ok(thrown instanceof Error);
    assert.match(thrown.message, /result/);
    assert.notEqual('code' in thrown && thrown.code, 'worker-lost');
    await isWhole(executor);
  });

  it('keeps apart what runs at the same time', async (executor) => {
    const logs: string[][] = [[], []];
    const runs = logs.map((lines, n) =>
      executor.execute(execution('logTwice', [`${n} first`, `${n} second`], { log: (line) => lines.push(line) })),
    );
    await Promise.all(runs);
    assert.deepEqual(logs, [
      ['0 first', '0 second'],
      ['1 first', '1 second'],
    ]);
  });
}

function lostWorkerCase(it: Cases, task: ExecutorTask, what: string, args: readonly unknown[]): void {
  it(`tells of a run whose worker ${what}, once, and leaves the others alone`, async (executor, { settled }) => {
    const abort = new AbortController();
    const beside = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
    const thrown = await rejection(executor.execute(execution(task, args)));
    const { free } = executor;
    abort.abort(new Error('enough'));
    await settled(beside);
    assert.ok(thrown instanceof Error);
    assert.equal('code' in thrown && thrown.code, 'worker-lost', String(thrown));
    assert.equal(free, MAX_WORKERS - 1);
    await isWhole(executor);
  });
}

/** Every slot takes a run again. */
async function isWhole(executor: Executor): Promise<void> {
  assert.equal(executor.free, MAX_WORKERS);
  const runs = Array.from({ length: MAX_WORKERS }, (_, n) => executor.execute(execution('echoLater', [n])));
  assert.deepEqual(await Promise.all(runs), [...Array(MAX_WORKERS).keys()]);
}

const FIRE_TIME = Date.UTC(2026, 0, 1);

/** Each is a run of its own. */
let runs = 0;

function execution(task: ExecutorTask, args: readonly unknown[] = [], run: Partial<RunInfo> = {}): Execution {
  const call = executorTasks[task] as Execution['call'];
  const module = { url: executorTasksUrl, export: task };
  const runId = `job/1/${FIRE_TIME + ++runs}`;
  const info = { ...RUN, runId, idempotencyKey: runId, signal: new AbortController().signal, ...run };
  return { task, call, module, args, run: info };
}

const RUN: Omit<RunInfo, 'signal' | 'runId' | 'idempotencyKey'> = {
  jobId: 'job',
  fireTime: new Date(FIRE_TIME),
  startedAt: new Date(FIRE_TIME),
  attempt: 1,
  reason: 'scheduled',
  coalesced: 0,
  fencingToken: 1,
  log: () => {},
  progress: () => {},
};

/** What the promise rejects with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  if ('value' in outcome) assert.fail(`expected a rejection, got ${String(outcome.value)}`);
  return outcome.reason;
}
