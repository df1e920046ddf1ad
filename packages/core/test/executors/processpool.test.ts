// The executor of child processes: the contract, and what is its own.
import { describe, expect, it, test } from 'vitest';
import { ProcessPoolExecutor } from '../../src/executors/processpool.ts';
import { executorContract } from '../../src/testing/index.ts';
import { execution, startUnder } from './pool-execution.ts';

executorContract(
  {
    name: 'ProcessPoolExecutor',
    create: (maxWorkers) => new ProcessPoolExecutor({ maxWorkers, maxMemory: 24 }),
    isolation: 'process',
  },
  { describe, it },
);

test('Ctrl-C and the end that service managers signal to a whole group do not end a worker: its pool does', async () => {
  const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
  await startUnder(executor);
  const worker = await executor.execute(execution('whoAmI'));
  const pid = Number(String(worker).split('/')[0]);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, signal);
  expect(await executor.execute(execution('whoAmI'))).toBe(worker);
  await executor.close();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a worker that is killed while it waits is replaced', async () => {
  const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
  const clock = await startUnder(executor);
  const worker = await executor.execute(execution('whoAmI'));
  expect(clock.waiting).toBe(1);
  process.kill(Number(String(worker).split('/')[0]), 'SIGKILL');
  // The timer of its idle time goes with it.
  while (clock.waiting > 0) await clock.settle();
  expect(await executor.execute(execution('whoAmI'))).not.toBe(worker);
  await executor.close();
});
