// The executor contract holds for the executor of this package, and is not kept by broken ones.
import { describe, expect, it } from 'vitest';
import type { Executor } from '../../src/executors/executor.ts';
import { LocalExecutor } from '../../src/executors/local.ts';
import { executorContract } from '../../src/testing/index.ts';

executorContract(
  { name: 'LocalExecutor', create: (maxWorkers) => new LocalExecutor({ maxWorkers }) },
  { describe, it },
);

/** The titles of the cases that an executor fails. */
async function failedCases(change: (executor: LocalExecutor) => Partial<Executor>): Promise<string[]> {
  const cases: [string, () => Promise<void>][] = [];
  const create = (maxWorkers: number): Executor => {
    const executor = new LocalExecutor({ maxWorkers });
    const changed = change(executor);
    return {
      kind: 'broken',
      get free() {
        return changed.free ?? executor.free;
      },
      start: () => executor.start(),
      execute: changed.execute ?? ((execution) => executor.execute(execution)),
      close: changed.close ?? (() => executor.close()),
    };
  };
  executorContract(
    { name: 'broken', create },
    { describe: (_, body) => body(), it: (title, body) => cases.push([title, body]) },
  );
  const failed: string[] = [];
  for (const [title, body] of cases) await body().catch(() => failed.push(title));
  return failed;
}

describe('the executor contract finds', () => {
  it('nothing wrong with what is right', async () => {
    expect(await failedCases(() => ({}))).toEqual([]);
  });

  it('arguments that are lost', async () => {
    const failed = await failedCases((executor) => ({
      execute: (execution) => executor.execute({ ...execution, args: [] }),
    }));
    expect(failed).toContain('hands over the arguments and brings back the result');
  });

  it('a reason that is lost', async () => {
    const failed = await failedCases((executor) => ({
      execute: (execution) => executor.execute(execution).catch(() => Promise.reject(new Error('ended'))),
    }));
    expect(failed).toContain('settles with the reason when the signal aborts, though the task does not heed it');
    expect(failed).toContain('rejects with the error: fail');
    expect(failed).toContain('rejects with what is thrown though it is no Error: throwText');
  });

  it('a close that does not wait', async () => {
    expect(await failedCases(() => ({ close: async () => {} }))).toEqual(
      expect.arrayContaining([
        'waits for what runs when it closes, and closes twice',
        'takes nothing once it is closed',
      ]),
    );
  });

  it('slots that are not counted', async () => {
    expect(await failedCases(() => ({ free: 2 }))).toContain('says how many more runs it takes');
  });
});
