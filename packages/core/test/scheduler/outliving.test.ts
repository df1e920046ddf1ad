// Runs on an executor that outlives its scheduler: they change hands instead of being lost.
import { describe, expect, test } from 'vitest';
import { defineTask, type Execution, type Executor, MemoryStore, Scheduler } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

/** Work that goes on whoever waits for it. */
class Elsewhere {
  readonly begun: string[] = [];
  readonly forgotten: string[] = [];
  readonly #ends = new Map<string, { promise: Promise<unknown>; resolve: (result: unknown) => void }>();

  end(id: string, result: unknown): void {
    this.#ends.get(id)?.resolve(result);
  }

  /** One scheduler's way there. */
  executor(): Executor {
    return {
      kind: 'elsewhere',
      free: 10,
      needsName: true,
      outlives: true,
      start: async () => {},
      close: async () => {},
      forget: (runId, attempt, jobStore) => this.forgotten.push(`${jobStore} ${runId} ${attempt}`),
      execute: ({ run }: Execution) => {
        const id = `${run.runId} ${run.attempt}`;
        let known = this.#ends.get(id);
        if (known === undefined) {
          this.begun.push(id);
          known = deferred();
          this.#ends.set(id, known);
        }
        const aborted = new Promise<never>((_, reject) => {
          run.signal.addEventListener('abort', () => reject(run.signal.reason));
        });
        return Promise.race([known.promise, aborted]);
      },
    };
  }
}

function deferred() {
  let resolve = (_: unknown) => {};
  const promise = new Promise<unknown>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const work = defineTask('work', () => {
  throw new Error('never called here');
});

async function twoSchedulers() {
  const clock = new VirtualClock({ now: '2026-01-01T00:00:00Z' });
  const store = new MemoryStore();
  const elsewhere = new Elsewhere();
  const make = () =>
    new Scheduler(
      { jobStores: { default: store }, executors: { default: elsewhere.executor() }, tasks: [work], timezone: 'UTC' },
      clock,
    );
  const [first, second] = [make(), make()];
  await first.start();
  return { clock, elsewhere, first, second };
}

describe('an executor that outlives its scheduler', () => {
  test('hands its runs to the next scheduler at a shutdown', async () => {
    const { clock, elsewhere, first, second } = await twoSchedulers();
    await first.addJob(work, 'date', { id: 'a', runDate: '2026-01-01T00:00:01Z' });
    await second.start();
    await second.pause();
    await clock.advance(1000);
    expect(elsewhere.begun).toHaveLength(1);
    await first.shutdown({ timeout: 0 });
    const [left] = await second.getRuns();
    expect(left).toMatchObject({ state: 'running', attempt: 1 });
    await second.resume();
    await clock.advance(10);
    elsewhere.end(elsewhere.begun[0] ?? '', 'done');
    await clock.advance(10);
    const [run] = await second.getRuns();
    expect(run).toMatchObject({ state: 'succeeded', attempt: 1, startedAt: left?.startedAt });
    expect(elsewhere.begun).toHaveLength(1);
    expect(elsewhere.forgotten).toEqual([`default ${run?.id} 1`]);
    await second.shutdown();
  });

  test('counts the time under the holder before against the timeout', async () => {
    const { clock, first, second } = await twoSchedulers();
    await first.addJob(work, 'date', { id: 'a', runDate: '2026-01-01T00:00:01Z', timeout: 60 });
    await second.start();
    await second.pause();
    await clock.advance(1000);
    await clock.advance(40_000);
    await first.shutdown({ timeout: 0 });
    await second.resume();
    await clock.advance(19_000);
    expect((await second.getRuns())[0]?.state).toBe('running');
    await clock.advance(2000);
    expect((await second.getRuns())[0]?.outcome).toBe('timed-out');
    await second.shutdown();
  });

  test('cancels a run that was asked to end while it had no holder', async () => {
    const { clock, first, second } = await twoSchedulers();
    await first.addJob(work, 'date', { id: 'a', runDate: '2026-01-01T00:00:01Z' });
    await second.start();
    await second.pause();
    await clock.advance(1000);
    await first.shutdown({ timeout: 0 });
    const [left] = await second.getRuns();
    await second.cancelRun(left?.id ?? '');
    await second.resume();
    await clock.advance(60_000);
    expect((await second.getRuns())[0]?.outcome).toBe('cancelled');
    await second.shutdown();
  });

  test('refuses a function without a name', async () => {
    const { first } = await twoSchedulers();
    await expect(first.addJob(function hello() {}, 'interval', { seconds: 1 })).rejects.toThrow(
      /task with a name of its own.*executor 'default' \(elsewhere\).*defineTask\('hello', fn\)/,
    );
    await first.shutdown();
  });
});
