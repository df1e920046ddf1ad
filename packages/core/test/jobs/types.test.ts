// What the compiler has to say of jobs: arguments fit their task, and options their trigger. Checked by tsc; at run time
// it only shows that these calls were never made.
import { expectTypeOf, test } from 'vitest';
import { CronTrigger, defineTask, type Job, type Run, Scheduler, type Task } from '../../src/index.ts';

const report = defineTask('report', async (region: string, pages: number) => `${region}${pages}`);
const ping = defineTask('ping', () => {});
const greet = (name: string, polite = true) => `${name}${polite}`;

test('addJob', () => {
  const calls = (scheduler: Scheduler) => {
    void scheduler.addJob(report, 'cron', { hour: 9, args: ['eu', 3] });
    void scheduler.addJob(report, new CronTrigger({ hour: 9 }), { args: ['eu', 3], timeout: { minutes: 2 } });
    void scheduler.addJob(ping, 'interval', { minutes: 5 });
    void scheduler.addJob(ping, new CronTrigger({ hour: 9 }));
    void scheduler.addJob(ping);
    void scheduler.addJob(greet, 'date', { runDate: new Date(), args: ['you'] });
    void scheduler.addJob(greet, 'date', { runDate: '2026-11-06 16:30:05', args: ['you', false] });
    void scheduler.addJob('report', 'cron', { hour: 9, args: ['anything', 1n] });
    void scheduler.addJob((n: number) => n, 'interval', { hours: 1, args: [1], jitter: [0, 5] });

    // @ts-expect-error the task takes arguments
    void scheduler.addJob(report, 'cron', { hour: 9 });
    // @ts-expect-error the task takes arguments
    void scheduler.addJob(report, new CronTrigger({ hour: 9 }));
    // @ts-expect-error a number is no region
    void scheduler.addJob(report, 'cron', { hour: 9, args: [1, 3] });
    // @ts-expect-error one argument too few
    void scheduler.addJob(report, 'cron', { hour: 9, args: ['eu'] });
    // @ts-expect-error one argument too many
    void scheduler.addJob(report, 'cron', { hour: 9, args: ['eu', 3, true] });
    // @ts-expect-error a misspelt option of the trigger
    void scheduler.addJob(ping, 'interval', { minutess: 5 });
    // @ts-expect-error an option of another trigger
    void scheduler.addJob(ping, 'date', { hour: 9 });
    // @ts-expect-error a misspelt option of the job
    void scheduler.addJob(ping, 'interval', { minutes: 5, maxInstance: 3 });
    // @ts-expect-error no such kind
    void scheduler.addJob(ping, 'moonphase', {});
    // @ts-expect-error no such overlap
    void scheduler.addJob(ping, 'interval', { minutes: 5, overlap: 'allow' });
    // @ts-expect-error options of the trigger are in the trigger already
    void scheduler.addJob(ping, new CronTrigger({ hour: 9 }), { hour: 9 });
  };
  expectTypeOf(calls).returns.toEqualTypeOf<void>();
});

test('the others', () => {
  expectTypeOf(report).toEqualTypeOf<Task<[region: string, pages: number]>>();
  expectTypeOf<Scheduler['addJob']>().returns.resolves.toEqualTypeOf<Job>();
  expectTypeOf<Scheduler['runJob']>().returns.resolves.toEqualTypeOf<Run>();
  const calls = (scheduler: Scheduler, job: Job) => {
    const wrapped = scheduler.scheduledJob('cron', { day: 'last sun' })(function report() {
      return 7;
    });
    expectTypeOf(wrapped).returns.toEqualTypeOf<number>();
    // @ts-expect-error a scheduled job gets no arguments
    scheduler.scheduledJob('cron', { day: 'last sun' })((region: string) => region);
    // @ts-expect-error a misspelt option
    scheduler.scheduledJob('cron', { days: 'last sun' });
    void job.reschedule('interval', { hours: 2 });
    // @ts-expect-error an id cannot be changed
    void job.modify({ id: 'b' });
    scheduler.on('run:failed', (event) => expectTypeOf(event.error).toEqualTypeOf<Error>());
    scheduler.on('*', (event) => {
      if (event.type === 'run:retrying') expectTypeOf(event.retryInMs).toEqualTypeOf<number>();
    });
    // @ts-expect-error a misspelt event
    scheduler.on('run:fail', () => {});
    // @ts-expect-error a misspelt option
    void new Scheduler({ timezon: 'UTC' });
    // @ts-expect-error not a job store
    void new Scheduler({ jobStores: { default: 7 } });
  };
  expectTypeOf(calls).returns.toEqualTypeOf<void>();
});
