// Threads and processes through the whole scheduler: what becomes of runs, and which jobs are refused.
import { describe, expect, test } from 'vitest';
import { type AnySchedulerEvent, defineTask, type Scheduler, type SchedulerOptions } from '../../src/index.ts';
import { Bench, rejection, SECOND } from '../scheduler/bench.ts';
import { poolTasksUrl } from './pool-execution.ts';

const taskOf = (name: string) => defineTask(name, { module: poolTasksUrl, export: name });
const started = async (executors: NonNullable<SchedulerOptions['executors']>) => {
  const bench = new Bench({ executors });
  await bench.scheduler.start();
  return bench;
};

/** Resolves with the next event of a name that is about a job. */
function next(scheduler: Scheduler, name: AnySchedulerEvent['type'], jobId: string): Promise<AnySchedulerEvent> {
  return new Promise((resolve) => {
    const stop = scheduler.on('*', (event) => {
      if (event.type !== name || !('jobId' in event) || event.jobId !== jobId) return;
      stop();
      resolve(event);
    });
  });
}

describe.each(['threadpool', 'processpool'])('%s', (type) => {
  const executors = { default: { type, maxWorkers: 2, killGrace: 1 } };

  test('a run that blocks for ever is timed out, and others go on meanwhile', async () => {
    const { scheduler, clock } = await started(executors);
    const blocking = next(scheduler, 'run:log', 'stuck');
    await scheduler.addJob(taskOf('block'), undefined, { id: 'stuck', timeout: 10 });
    await blocking;
    await scheduler.addJob(taskOf('whoAmI'), 'interval', { id: 'other', seconds: 1 });
    for (let n = 0; n < 2; n++) {
      const succeeded = next(scheduler, 'run:succeeded', 'other');
      await clock.advance(SECOND);
      await succeeded;
    }
    const timedOut = next(scheduler, 'run:timed-out', 'stuck');
    await scheduler.removeJob('other');
    await clock.advance(11 * SECOND);
    expect(await timedOut).toMatchObject({ run: { state: 'timed-out' }, error: { why: 'timeout' } });
    expect(scheduler.health().executors).toEqual({ default: { type, free: 2 } });
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });

  test('a job says itself how long its task has to heed the signal', async () => {
    const { scheduler, clock } = await started({ default: { type, maxWorkers: 1, killGrace: 1000 } });
    const blocking = next(scheduler, 'run:log', 'stuck');
    await scheduler.addJob(taskOf('block'), undefined, { id: 'stuck', timeout: 10, killGrace: 2 });
    await blocking;
    const timedOut = next(scheduler, 'run:timed-out', 'stuck');
    await clock.advance(11 * SECOND);
    expect(scheduler.health().executors).toEqual({ default: { type, free: 0 } });
    await clock.advance(SECOND);
    await timedOut;
    expect(scheduler.health().executors).toEqual({ default: { type, free: 1 } });
    await scheduler.shutdown();
  });

  test('arguments of every kind arrive equal, and the task knows its run', async () => {
    const { scheduler } = await started(executors);
    const args = [new Date(1), new Map([['a', [1n]]]), new Set(['b']), Uint8Array.of(1, 2), undefined, { c: null }];
    const echoed = next(scheduler, 'run:succeeded', 'echo');
    await scheduler.addJob(taskOf('echo'), undefined, { id: 'echo', args });
    expect(await echoed).toMatchObject({ result: args });
    const described = next(scheduler, 'run:succeeded', 'who');
    await scheduler.addJob(taskOf('describeRun'), undefined, { id: 'who' });
    expect(await described).toMatchObject({
      result: {
        ...{ jobId: 'who', attempt: 1, reason: 'scheduled', coalesced: 0, fencingToken: 2, isAborted: false },
        ...{ runId: 'who/2/1767225600000', idempotencyKey: 'who/2/1767225600000' },
        fireTime: new Date('2026-01-01T00:00:00Z'),
      },
    });
    await scheduler.shutdown();
  });

  test('a run whose worker dies is lost, and is made good where its job says so', async () => {
    const { scheduler, clock } = await started(executors);
    const lost = next(scheduler, 'run:lost', 'once');
    await scheduler.addJob(taskOf('endOnce'), undefined, { id: 'once' });
    expect(await lost).toMatchObject({ run: { state: 'lost', error: expect.stringContaining('exit code 9') } });
    const retrying = next(scheduler, 'run:retrying', 'twice');
    await scheduler.addJob(taskOf('endOnce'), undefined, { id: 'twice', retry: { maxAttempts: 2, delay: 5 } });
    expect(await retrying).toMatchObject({ error: { code: 'worker-lost' } });
    const succeeded = next(scheduler, 'run:succeeded', 'twice');
    await clock.advance(5 * SECOND);
    expect(await succeeded).toMatchObject({ run: { attempt: 2 }, result: 'made good' });
    await scheduler.shutdown();
  });

  test('a cancelled run ends, and so does one that a shutdown aborts', async () => {
    const { scheduler, clock } = await started(executors);
    for (const id of ['cancelled', 'open']) {
      const waiting = next(scheduler, 'run:log', id);
      await scheduler.addJob(taskOf('wait'), undefined, { id });
      await waiting;
    }
    const cancelled = next(scheduler, 'run:cancelled', 'cancelled');
    const [run] = await scheduler.getRuns({ jobId: 'cancelled' });
    await scheduler.cancelRun(run?.id ?? '');
    await cancelled;
    const aborted = next(scheduler, 'run:cancelled', 'open');
    const shutdown = scheduler.shutdown({ timeout: 0 });
    await clock.advance(0);
    await Promise.all([aborted, shutdown]);
    expect(clock.waiting).toBe(0);
  });

  test('a function is refused when its job is added: before the start, after it, by a change and by an import', async () => {
    const { scheduler } = new Bench({ executors: { ...executors, here: { type: 'local' } } });
    const report = defineTask('report', () => {});
    const refusal = {
      code: 'invalid-option',
      message: expect.stringMatching(
        new RegExp(`executor 'default' \\(${type}\\).*defineTask\\('report', \\{ module: .*'local'`),
      ),
    };
    const add = (id: string) => scheduler.addJob(report, 'interval', { seconds: 1, id });
    await expect(add('early')).rejects.toMatchObject(refusal);
    await scheduler.addJob(report, 'interval', { seconds: 1, id: 'pending', executor: 'here' });
    await expect(scheduler.modifyJob('pending', { executor: 'default' })).rejects.toMatchObject(refusal);
    await scheduler.start();
    await expect(add('late')).rejects.toMatchObject(refusal);
    await expect(scheduler.modifyJob('pending', { executor: 'default' })).rejects.toMatchObject(refusal);
    let exported = '';
    for await (const line of scheduler.exportJobs()) exported += line.replace('"here"', '"default"');
    expect(await rejection(scheduler.importJobs(exported, { replaceExisting: true }))).toMatchObject(refusal);
    expect((await scheduler.getJobs()).map(({ id, executor }) => [id, executor])).toEqual([['pending', 'here']]);
    await scheduler.shutdown();
  });
});

test('a function without a name is refused under the name of its job', async () => {
  const { scheduler } = await started({ default: { type: 'threadpool' } });
  const refused = scheduler.addJob(() => {}, 'interval', { seconds: 1, name: 'tidy' });
  await expect(refused).rejects.toMatchObject({ field: 'task', value: 'tidy' });
  await scheduler.shutdown();
});

test('an APScheduler configuration makes pools, and a plain function on one is told what to do', async () => {
  const { scheduler } = new Bench();
  scheduler.configure({
    'apscheduler.executors.default': { class: 'apscheduler.executors.pool:ThreadPoolExecutor', max_workers: '20' },
    'apscheduler.executors.processpool': { type: 'processpool', max_workers: '5' },
  });
  await scheduler.start();
  expect(scheduler.health().executors).toEqual({
    default: { type: 'threadpool', free: 20 },
    processpool: { type: 'processpool', free: 5 },
  });
  await expect(scheduler.addJob(() => {}, 'interval', { seconds: 1 })).rejects.toThrow(/'local'/);
  await scheduler.shutdown();
});

describe('a task with a module', () => {
  test('runs on the local executor too', async () => {
    const { scheduler } = await started({ default: { type: 'local' } });
    const echoed = next(scheduler, 'run:succeeded', 'a');
    await scheduler.addJob(taskOf('echo'), undefined, { id: 'a', args: [1, 'two'] });
    expect(await echoed).toMatchObject({ result: [1, 'two'] });
    const failed = next(scheduler, 'run:failed', 'b');
    await scheduler.addJob(taskOf('notAFunction'), undefined, { id: 'b' });
    expect(await failed).toMatchObject({ error: { code: 'task-not-found' } });
    await scheduler.shutdown();
  });

  test('takes the arguments that are said, by themselves or by its function', async () => {
    const { scheduler } = await started({ default: { type: 'local' } });
    const url = new URL('./typed-task.ts', import.meta.url);
    const byFunction = defineTask<typeof import('./typed-task.ts').shout>('a', { module: url, export: 'shout' });
    const byArguments = defineTask<[text: string]>('b', { module: url, export: 'shout' });
    const succeeded = next(scheduler, 'run:succeeded', 'a');
    await scheduler.addJob(byFunction, undefined, { id: 'a', args: ['hello'] });
    expect(await succeeded).toMatchObject({ result: 'hello!' });
    const refused = [
      // @ts-expect-error -- a text
      () => scheduler.addJob(byFunction, undefined, { args: [42] }),
      // @ts-expect-error -- a text
      () => scheduler.addJob(byArguments, undefined, { args: [42] }),
      // @ts-expect-error -- there is an argument
      () => scheduler.addJob(byArguments, 'interval', { seconds: 1 }),
    ];
    expect(refused).toHaveLength(3);
    await scheduler.shutdown();
  });

  test('can be defined again, and not as something else', () => {
    const { scheduler } = new Bench();
    scheduler.addTask(defineTask('a', { module: poolTasksUrl }));
    scheduler.addTask(defineTask('a', { module: new URL(poolTasksUrl), export: 'default' }));
    const other = defineTask('a', { module: poolTasksUrl, export: 'echo' });
    expect(() => scheduler.addTask(other)).toThrow(expect.objectContaining({ code: 'task-conflict' }));
    expect(() => scheduler.addTask(defineTask('a', () => {}))).toThrow(
      expect.objectContaining({ code: 'task-conflict' }),
    );
  });

  test.each([
    ['a relative path', { module: './resize.js' }, /task 'a': module: expected the URL or absolute path of a file/],
    ['another scheme', { module: 'https://example.org/a.js' }, /task 'a': module: expected/],
    ['no module', {}, /task 'a': module: expected/],
    ['no name of an export', { module: poolTasksUrl, export: '' }, /task 'a': export: expected/],
    ['an unknown option', { module: poolTasksUrl, exports: 'a' }, /task 'a': exports: expected/],
    ['nothing at all', undefined, /task 'a': expected a function, or \{ module \}/],
  ])('is checked: %s', (_, options, message) => {
    expect(() => defineTask('a', options as { module: string })).toThrow(message);
  });

  test('an absolute path is a file too', () => {
    expect(defineTask('a', { module: '/srv/tasks/#1.js' }).module).toEqual({
      url: 'file:///srv/tasks/%231.js',
      export: 'default',
    });
  });
});
