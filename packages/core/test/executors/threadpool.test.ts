// The executor of worker threads: the contract, and what is its own.
import { describe, expect, it, test } from 'vitest';
import type { Executor } from '../../src/executors/executor.ts';
import { ThreadPoolExecutor } from '../../src/executors/threadpool.ts';
import { executorContract } from '../../src/testing/index.ts';

executorContract(
  {
    name: 'ThreadPoolExecutor',
    create: (maxWorkers) => new ThreadPoolExecutor({ maxWorkers, maxMemory: 24 }),
    isolation: 'thread',
  },
  { describe, it },
);

/** The titles of the contract's cases that threads fail when something is changed about them. */
async function failedCases(change: (pool: ThreadPoolExecutor) => Executor['execute']): Promise<string[]> {
  const cases: [string, () => Promise<void>][] = [];
  const create = (maxWorkers: number): Executor => {
    const pool = new ThreadPoolExecutor({ maxWorkers, maxMemory: 24 });
    return Object.defineProperty(pool, 'execute', { value: change(pool) });
  };
  executorContract(
    { name: 'broken', create, isolation: 'thread' },
    { describe: (_, body) => body(), it: (title, body) => cases.push([title, body]) },
  );
  const failed: string[] = [];
  for (const [title, body] of cases) await body().catch(() => failed.push(title));
  return failed;
}

describe('the contract finds', () => {
  test('a loss that is told as a failure', async () => {
    const failed = await failedCases((pool) => {
      const execute = pool.execute.bind(pool);
      return (execution) =>
        execute(execution).catch((error) => Promise.reject(Object.assign(error, { code: 'other' })));
    });
    expect(failed).toEqual(expect.arrayContaining([expect.stringMatching(/^tells of a run whose worker exits/)]));
    expect(failed).toEqual(expect.arrayContaining([expect.stringMatching(/^tells of a run whose worker crashes/)]));
  });

  test('logs that are not brought', async () => {
    const failed = await failedCases((pool) => {
      const execute = pool.execute.bind(pool);
      const isQuiet = (task: string) => task === 'logTwice';
      return (execution) =>
        execute(isQuiet(execution.task) ? { ...execution, run: { ...execution.run, log: () => {} } } : execution);
    });
    expect(failed).toEqual(['brings what a task logs, in order', 'keeps apart what runs at the same time']);
  });
});
