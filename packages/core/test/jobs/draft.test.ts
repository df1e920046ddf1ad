// What a job is refused for, in words that name what was meant; and what its handle shows.
import { expect, it } from 'vitest';
import { defineTask, Scheduler, type Trigger } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const noop = () => {};

function bench() {
  const clock = new VirtualClock({ now: '2026-01-01T00:00:00Z' });
  return new Scheduler({ clock, logger: null, jobStores: { file: { type: 'sqlite', url: ':memory:' } } });
}

/** As JavaScript calls it. */
type Loose = (task: unknown, trigger: unknown, options?: object) => Promise<unknown>;

it.each([
  ['intervall', { seconds: 1 }, /^trigger: expected a trigger, or one of 'date', .* got "intervall"$/],
  [
    'interval',
    { seconds: 1, max_instances: 2 },
    /^max_instances: .* of an interval trigger .* or of a job \(id, .*maxInstances/,
  ],
  ['cron', { hour: 1, jobstore: 'x' }, /^jobstore: .* or of a job \(id, .*jobStore/],
])('%s %o', async (kind, options, message) => {
  const scheduler = bench();
  const addJob = scheduler.addJob.bind(scheduler) as Loose;
  await expect(addJob(noop, kind, options)).rejects.toThrow(message);
});

it('refuses a trigger of a kind that could not be read again', async () => {
  const trigger: Trigger = {
    kind: 'never-registered',
    next: () => null,
    previous: () => null,
    count: () => 0,
    resolve: () => trigger,
    toJSON: () => ({ kind: 'never-registered', options: {} }),
  };
  await expect(bench().addJob(noop, trigger)).rejects.toThrow('make your own known with registerTrigger');
});

it.each(['default', 'file'])(
  'forgets a job without an id whose trigger never fires, and keeps one with an id (%s)',
  async (jobStore) => {
    await using scheduler = bench();
    await scheduler.start();
    scheduler.addTask(defineTask('noop', noop));
    const never = { month: 2, day: 31, jobStore } as const;
    expect((await scheduler.addJob('noop', 'cron', never)).state).toBe('finished');
    await scheduler.addJob('noop', 'cron', { ...never, id: 'named' });
    expect((await scheduler.getJobs()).map((job) => job.id)).toEqual(['named']);
  },
);

it('shows itself as plain data', async () => {
  await using scheduler = bench();
  await scheduler.start();
  const job = await scheduler.addJob(noop, 'interval', { id: 'tick', minutes: 5, tags: ['a'] });
  expect(JSON.parse(JSON.stringify(job))).toMatchObject({
    id: 'tick',
    state: 'active',
    nextRunTime: '2026-01-01T00:05:00.000Z',
    tags: ['a'],
    trigger: { kind: 'interval', options: { minutes: 5 } },
  });
});
