// What every executor has to do, as cases for a test runner.
import assert from 'node:assert/strict';
import type { RunInfo } from '../executors/current-run.ts';
import type { Execution, Executor } from '../executors/executor.ts';
import type { ContractRunner } from './contract-runner.ts';
import { type ExecutorTask, executorTasks } from './executor-tasks.ts';

/** A kind of executor under test. */
export interface ExecutorSubject {
  /** Heads the cases in the test report. */
  readonly name: string;
  /** An executor, not yet started, that takes so many runs at a time and knows the `executorTasks`. */
  create(maxWorkers: number): Executor | Promise<Executor>;
  /** Whether a task can ask `currentRun()` for its run. @default true */
  readonly hasCurrentRun?: boolean;
}

type Cases = (title: string, body: (executor: Executor) => Promise<void>) => void;

const MAX_WORKERS = 2;

/**
 * Registers the cases an executor has to pass. Each case makes an executor of its own.
 *
 * @example executorContract({ name: 'MyExecutor', create: (maxWorkers) => new MyExecutor({ maxWorkers }) }, { describe, it });
 */
export function executorContract(subject: ExecutorSubject, { describe, it }: ContractRunner): void {
  const cases: Cases = (title, body) =>
    it(title, async () => {
      const executor = await subject.create(MAX_WORKERS);
      await executor.start();
      try {
        await body(executor);
      } finally {
        await executor.close();
      }
    });
  describe(`${subject.name} keeps the executor contract`, () => {
    outcomeCases(cases);
    if (subject.hasCurrentRun !== false) currentRunCases(cases);
    abortCases(cases);
    capacityCases(cases);
    closingCases(cases);
  });
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
    });
  }

  for (const task of ['throwText', 'throwTextLater'] as const) {
    it(`rejects with what is thrown though it is no Error: ${task}`, async (executor) => {
      const thrown: unknown = await rejection(executor.execute(execution(task, ['just text'])));
      assert.match(thrown instanceof Error ? thrown.message : String(thrown), /just text/);
    });
  }

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
}

function abortCases(it: Cases): void {
  it('settles with the reason when the signal aborts, though the task does not heed it', async (executor) => {
    const abort = new AbortController();
    const reason = new Error('timed out');
    const running = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
    await executor.execute(execution('echoLater', [1]));
    abort.abort(reason);
    assert.equal(await running, reason);
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

  it('ends one run and leaves the others alone', async (executor) => {
    const abort = new AbortController();
    const running = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
    const other = executor.execute(execution('echoLater', ['other']));
    abort.abort(new Error('cancelled'));
    await running;
    assert.equal(await other, 'other');
  });
}

function capacityCases(it: Cases): void {
  it('says how many more runs it takes', async (executor) => {
    const free = [executor.free];
    const aborts = Array.from({ length: MAX_WORKERS }, () => new AbortController());
    const running = aborts.map((abort) => {
      const ended = rejection(executor.execute(execution('hang', [], { signal: abort.signal })));
      free.push(executor.free);
      return ended;
    });
    for (const [n, abort] of aborts.entries()) {
      abort.abort(new Error('enough'));
      await running[n];
      free.push(executor.free);
    }
    assert.deepEqual(free, [2, 1, 0, 1, 2]);
  });
}

function closingCases(it: Cases): void {
  it('starts twice as if once', async (executor) => {
    await executor.start();
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

const FIRE_TIME = Date.UTC(2026, 0, 1);

function execution(task: ExecutorTask, args: readonly unknown[], run: Partial<RunInfo> = {}): Execution {
  const call: (...args: readonly unknown[]) => unknown = executorTasks[task];
  return { task, call, args, run: { ...RUN, signal: new AbortController().signal, ...run } };
}

const RUN: Omit<RunInfo, 'signal'> = {
  runId: 'job/1/1767225600000',
  jobId: 'job',
  fireTime: new Date(FIRE_TIME),
  startedAt: new Date(FIRE_TIME),
  attempt: 1,
  reason: 'scheduled',
  coalesced: 0,
  idempotencyKey: 'job/1/1767225600000',
  fencingToken: 1,
  log: () => {},
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
