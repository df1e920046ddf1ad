// What the executors of threads and of processes have in common, besides the contract.
import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { PoolOptions } from '../../src/executors/pool/options.ts';
import { ProcessPoolExecutor } from '../../src/executors/processpool.ts';
import { ThreadPoolExecutor } from '../../src/executors/threadpool.ts';
import { rejection } from '../scheduler/bench.ts';
import { called, execution, startUnder } from './pool-execution.ts';

describe.each([
  ['threadpool', ThreadPoolExecutor, 50],
  ['processpool', ProcessPoolExecutor, 5],
] as const)('%s', (kind, Pool, manyTimes) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const executor of open.splice(0)) await executor.close();
  });

  async function started(options: PoolOptions = {}) {
    const executor = new Pool({ maxWorkers: 1, ...options });
    open.push(executor);
    return { executor, clock: await startUnder(executor) };
  }

  test.each<[keyof PoolOptions, unknown[]]>([
    ['maxWorkers', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null]],
    ['maxMemory', [0, -1, 1.5, '64']],
    ['killGrace', [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null]],
    ['idleTimeout', [-0.001, Number.NaN, '5']],
    ['execArgv', ['--import', [7], null]],
  ])('%s is checked', (name, values) => {
    for (const value of values) {
      expect(() => new Pool({ [name]: value }), String(value)).toThrow(new RegExp(`^${name}: expected `));
    }
  });

  test('an unknown option is refused', () => {
    expect(() => new Pool({ maxThreads: 3 } as PoolOptions)).toThrow(/^maxThreads: expected one of maxWorkers, /);
  });

  test('as many at a time as can compute at once where nothing is said; none before the start', async () => {
    const executor = new Pool();
    expect([executor.kind, executor.maxWorkers, executor.free]).toEqual([kind, availableParallelism(), 0]);
    await startUnder(executor);
    expect(executor.free).toBe(availableParallelism());
  });

  test('a worker is used again, and ended when it has been idle for long', async () => {
    const { executor, clock } = await started({ idleTimeout: 30 });
    const first = await executor.execute(execution('whoAmI'));
    await clock.advance(29_999);
    expect(await executor.execute(execution('whoAmI'))).toBe(first);
    await clock.advance(30_000);
    expect(clock.waiting).toBe(0);
    expect(await executor.execute(execution('whoAmI'))).not.toBe(first);
  });

  test('tells a task all there is to know about its run', async () => {
    const { executor } = await started();
    const { signal: _, log: __, progress: ___, ...data } = execution('describeRun').run;
    expect(await executor.execute(execution('describeRun'))).toEqual({ ...data, isAborted: false });
  });

  test('a task that heeds its signal keeps its worker', async () => {
    const { executor, clock } = await started();
    const before = await executor.execute(execution('whoAmI'));
    const abort = new AbortController();
    let ended: Promise<unknown> = Promise.resolve();
    await called((log) => {
      ended = rejection(executor.execute(execution('wait', [], { log, signal: abort.signal })));
    });
    abort.abort(new Error('enough'));
    expect(await ended).toBe(abort.signal.reason);
    await clock.advance(10_000);
    expect(await executor.execute(execution('whoAmI'))).toBe(before);
  });

  test('a task has its time to heed the signal, and no more', async () => {
    const { executor, clock } = await started({ killGrace: 2.5 });
    const abort = new AbortController();
    let settled = 0;
    let ended: Promise<unknown> = Promise.resolve();
    await called((log) => {
      ended = rejection(executor.execute(execution('block', [], { log, signal: abort.signal })));
      ended.finally(() => settled++).catch(() => {});
    });
    abort.abort(new Error('timed out'));
    await clock.advance(2499);
    expect([settled, executor.free]).toEqual([0, 0]);
    await clock.advance(1);
    expect(await ended).toBe(abort.signal.reason);
    expect([executor.free, clock.waiting]).toEqual([1, 0]);
  });

  test('a worker that cannot start ends the run, not the pool', async () => {
    const { executor } = await started({ execArgv: ['--import', 'file:///nowhere/at-all.mjs'] });
    for (let n = 0; n < 2; n++) {
      expect(await rejection(executor.execute(execution('echo')))).toMatchObject({ code: 'worker-lost' });
      expect(executor.free).toBe(1);
    }
  });

  test('arguments that are no data are refused, and the worker is as good as before', async () => {
    const { executor } = await started();
    const before = await executor.execute(execution('whoAmI'));
    const refused = await rejection(executor.execute(execution('echo', [() => {}])));
    expect(refused).toMatchObject({ code: 'unserializable-arguments', path: 'args' });
    expect(await executor.execute(execution('whoAmI'))).toBe(before);
  });

  test('a module that is not there, or exports no such function, fails the run', async () => {
    const { executor } = await started();
    const absent = { ...execution('echo'), module: { url: 'file:///nowhere/task.mjs', export: 'default' } };
    expect(await rejection(executor.execute(absent))).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
    for (const task of ['notAFunction', 'missing']) {
      expect(await rejection(executor.execute(execution(task)))).toMatchObject({
        message: expect.stringMatching(new RegExp(`pool-tasks.mjs exports no function as '${task}'`)),
      });
    }
  });

  test('a task without a module is refused', async () => {
    const { executor } = await started();
    expect(await rejection(executor.execute({ ...execution('echo'), module: undefined }))).toMatchObject({
      code: 'task-not-found',
    });
    expect(executor.free).toBe(1);
  });

  test('an error comes back with its name, fields, stack and cause', async () => {
    const { executor } = await started();
    const error = await rejection(executor.execute(execution('failRichly')));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'RangeError', message: 'no', code: 'E_RICH', status: 503 });
    expect(error).toMatchObject({ cause: { message: 'why' }, stack: expect.stringContaining('pool-tasks.mjs') });
  });

  test('an error of which no text can be made is one all the same', async () => {
    const { executor } = await started();
    expect(await rejection(executor.execute(execution('failStrangely')))).toBeInstanceOf(Error);
    expect(await executor.execute(execution('echo', [1]))).toEqual([1]);
  });

  test('what a task logs after its end is nobody else’s', async () => {
    const { executor } = await started();
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    await executor.execute(execution('logAfterEnd', [], { log }));
    await executor.execute(execution('echo', [], { log }));
    await executor.execute(execution('echo', [], { log }));
    expect(lines).toEqual([]);
  });

  test('a module in TypeScript runs under a loader', async () => {
    const loader = new URL('./typescript-loader.mjs', import.meta.url).href;
    const { executor } = await started({ execArgv: ['--import', loader] });
    const module = { url: new URL('./typed-task.ts', import.meta.url).href, export: 'shout' };
    expect(await executor.execute({ ...execution('shout', ['hello']), module })).toBe('hello!');
  });

  test('leaves nothing behind, however often it starts and stops', async () => {
    const before = process.getActiveResourcesInfo().length;
    const executor = new Pool({ maxWorkers: 1 });
    for (let round = 0; round < manyTimes; round++) {
      const clock = await startUnder(executor);
      expect(await executor.execute(execution('echo', [round]))).toEqual([round]);
      await executor.close();
      expect([executor.free, clock.waiting]).toEqual([0, 0]);
    }
    for (let round = 0; round < 50; round++) {
      await startUnder(executor);
      await executor.close();
    }
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 1);
  });
});
