// What a scheduler tells, in which order, and that no listener can break it.
import { describe, expect, test } from 'vitest';
import { type AnySchedulerEvent, currentRun } from '../../src/index.ts';
import { Bench, gate, SECOND, started } from './bench.ts';

describe('the events of a run', () => {
  test('come in the order of their causes', async () => {
    const { scheduler, seconds, told } = await started();
    const task = () => {
      currentRun()?.log('halfway');
      if (currentRun()?.attempt === 1) throw new Error('not yet');
    };
    await scheduler.addJob(task, 'date', {
      runDate: '2026-01-01 00:00:10',
      id: 'a',
      retry: { maxAttempts: 2, delay: 1 },
    });
    await seconds(20);
    await scheduler.shutdown();
    expect(told()).toEqual([
      ...['scheduler:started', 'job:added', 'job:finished'],
      ...['run:started', 'run:log', 'run:retrying', 'run:started', 'run:log', 'run:succeeded'],
      'scheduler:shutdown',
    ]);
  });

  test('carry the run as it is by then, its result or its error', async () => {
    const { scheduler, seconds, events } = await started();
    const failure = new Error('out of paper');
    await scheduler.addJob(() => ({ pages: 3 }), 'date', { runDate: '2026-01-01 00:00:10', id: 'good' });
    await scheduler.addJob(() => Promise.reject(failure), 'date', { runDate: '2026-01-01 00:00:20', id: 'bad' });
    await scheduler.addJob(
      () => {
        throw 'just text';
      },
      'date',
      { runDate: '2026-01-01 00:00:30', id: 'odd' },
    );
    await seconds(30);
    const of = (type: string, jobId: string) =>
      events.find((event) => event.type === type && 'jobId' in event && event.jobId === jobId);
    const common = { jobStore: 'default', run: { attempt: 1, fireTime: new Date('2026-01-01T00:00:10Z') } };
    expect(of('run:started', 'good')).toMatchObject({
      ...common,
      run: { ...common.run, state: 'running', outcome: null },
    });
    expect(of('run:succeeded', 'good')).toMatchObject({
      ...common,
      result: { pages: 3 },
      run: { state: 'succeeded', outcome: 'succeeded' },
    });
    const failed = of('run:failed', 'bad');
    expect(failed !== undefined && 'error' in failed && failed.error).toBe(failure);
    expect(of('run:failed', 'odd')).toMatchObject({ error: expect.objectContaining({ message: 'just text' }) });
    await scheduler.shutdown();
  });

  test('skipped, missed and cancelled are told once each', async () => {
    const { scheduler, clock, seconds, settle, told } = await started();
    const { opened, open } = gate();
    await scheduler.addJob(() => opened, 'interval', { seconds: 10, id: 'a', misfireGraceTime: 3 });
    await seconds(20);
    const [, running] = await scheduler.getRuns({ jobId: 'a' });
    await scheduler.cancelRun(running?.id ?? '');
    await settle();
    await scheduler.pause();
    clock.jump(19 * SECOND);
    await scheduler.resume();
    await settle();
    open();
    expect(told('run:')).toEqual(['run:started', 'run:skipped', 'run:cancelled', 'run:missed']);
    await scheduler.shutdown();
  });

  test('an event cannot be changed by who hears it first', async () => {
    const { scheduler, seconds } = await started();
    const heard: unknown[] = [];
    scheduler.on('run:started', (event) => {
      heard.push(Object.isFrozen(event));
    });
    await scheduler.addJob(() => {}, 'interval', { seconds: 1 });
    await seconds(1);
    expect(heard).toEqual([true]);
    await scheduler.shutdown();
  });
});

describe('listeners', () => {
  test.each([
    ['run:succeded', () => {}, 'event'],
    ['constructor', () => {}, 'event'],
    ['run:succeeded', undefined, 'listener'],
  ])('that would never be called are refused: %s', (name, listener, field) => {
    const { scheduler } = new Bench();
    expect(() => scheduler.on(name as '*', listener as () => void)).toThrow(
      expect.objectContaining({ code: 'invalid-option', field }),
    );
  });

  test('that throw or reject are reported, and neither other listeners nor jobs notice', async () => {
    const { scheduler, seconds, events, states } = new Bench();
    const heard: string[] = [];
    scheduler.on('run:started', () => {
      throw new Error('thrown');
    });
    scheduler.on('run:started', async () => {
      throw new Error('rejected');
    });
    scheduler.on('run:started', () => {
      throw 'text';
    });
    scheduler.on('run:started', (event) => {
      heard.push(event.jobId);
    });
    await scheduler.start();
    await scheduler.addJob(() => {}, 'interval', { seconds: 10, id: 'a' });
    await seconds(20);
    expect(heard).toEqual(['a', 'a']);
    expect(await states('a')).toEqual(['succeeded', 'succeeded']);
    const errors = events.filter((event) => event.type === 'scheduler:error');
    expect(errors.map(({ during, error }) => `${during}: ${error.message}`).sort()).toEqual([
      ...['a listener of run:started: rejected', 'a listener of run:started: rejected'],
      ...['a listener of run:started: text', 'a listener of run:started: text'],
      ...['a listener of run:started: thrown', 'a listener of run:started: thrown'],
    ]);
    await scheduler.shutdown();
  });

  test('of errors that throw themselves do not go round in circles', async () => {
    const { scheduler, told } = new Bench();
    scheduler.on('scheduler:error', () => {
      throw new Error('again');
    });
    scheduler.on('scheduler:error', async () => {
      throw new Error('and again');
    });
    scheduler.on('scheduler:started', () => {
      throw new Error('first');
    });
    await scheduler.start();
    await scheduler.shutdown();
    expect(told('scheduler:').sort()).toEqual(['scheduler:error', 'scheduler:shutdown', 'scheduler:started']);
  });

  test('of * hear everything, of a name only that, until they are taken off', async () => {
    const { scheduler } = new Bench();
    const all: AnySchedulerEvent['type'][] = [];
    const added: string[] = [];
    const offAll = scheduler.on('*', ({ type }) => {
      all.push(type);
    });
    const onAdded = ({ jobId }: { readonly jobId: string }) => {
      added.push(jobId);
    };
    scheduler.on('job:added', onAdded);
    scheduler.on('job:added', onAdded);
    await scheduler.start();
    await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a' });
    scheduler.off('job:added', onAdded);
    offAll();
    offAll();
    await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'b' });
    await scheduler.removeJob('a');
    expect([all, added]).toEqual([['scheduler:started', 'job:added'], ['a']]);
    await scheduler.shutdown();
  });

  test('may add and remove jobs, and take themselves off', async () => {
    const { scheduler, seconds, states } = await started();
    const off = scheduler.on('run:succeeded', ({ jobId }) => {
      off();
      void scheduler.removeJob(jobId);
      void scheduler.addJob(() => {}, 'interval', { seconds: 1, id: 'next' });
    });
    await scheduler.addJob(() => {}, 'interval', { seconds: 1, id: 'first' });
    await seconds(4);
    expect([await states('first'), await states('next')]).toEqual([
      ['succeeded'],
      ['succeeded', 'succeeded', 'succeeded'],
    ]);
    await scheduler.shutdown();
  });
});

describe('the events of jobs and of the scheduler', () => {
  test('one for each change', async () => {
    const { scheduler, told } = await started();
    const job = await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a' });
    await job.modify({ name: 'b' });
    await job.reschedule('interval', { hours: 2 });
    await job.pause();
    await job.resume();
    await job.remove();
    expect(told('job:')).toEqual([
      'job:added',
      'job:modified',
      'job:modified',
      'job:paused',
      'job:resumed',
      'job:removed',
    ]);
    await scheduler.shutdown();
  });

  test('of pending jobs, when they go into their store', async () => {
    const { scheduler, told } = new Bench();
    const job = await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a' });
    await job.pause();
    expect(told()).toEqual([]);
    await scheduler.start();
    expect(told()).toEqual(['job:added', 'scheduler:started']);
    await scheduler.shutdown();
  });
});

describe('the log', () => {
  test('has a line for each failure that nobody may be listening for, and never an argument', async () => {
    const lines: string[] = [];
    const logger = {
      warn: (line: string) => lines.push(`warn ${line}`),
      error: (line: string) => lines.push(`error ${line}`),
    };
    const { scheduler, clock, seconds, settle } = await started({ logger });
    const fail = (_password: string) => {
      throw new Error('out of paper');
    };
    const hang = (_password: string) => new Promise(() => {});
    await scheduler.addJob(fail, 'interval', { seconds: 30, id: 'a', args: ['s3cret'] });
    await scheduler.addJob(hang, 'interval', { seconds: 30, id: 'b', args: ['s3cret'], timeout: 1 });
    await seconds(32);
    clock.jump(5000);
    scheduler.wakeup();
    await settle();
    await scheduler.shutdown({ wait: false });
    expect(lines.map((line) => line.split('\n')[0])).toEqual([
      expect.stringMatching(/^error \[sched\] run a\/1\/\d+ failed: Error: out of paper$/),
      expect.stringMatching(/^error \[sched\] run b\/2\/\d+ timed-out: .*it ran longer than its timeout of 1 s$/),
      expect.stringMatching(/^warn \[sched\] the system clock jumped by 5000 ms$/),
    ]);
    expect(lines.join()).not.toContain('s3cret');
  });
});
