// Who takes part: our scheduler, the peers, and the barest that could be written by hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackgroundScheduler } from '@sched/background';
import { defineTask, type SchedulerOptions } from '@sched/core';
import { Cron } from 'croner';
import * as nodeCron from 'node-cron';
import * as nodeSchedule from 'node-schedule';
import { AsyncTask, SimpleIntervalJob, ToadScheduler } from 'toad-scheduler';
import { bareHeap, bareTimers } from './bare.ts';

/** Jobs to add. */
export interface Burst {
  /** The instant at which all of them are due, the first time. */
  readonly at: number;
  readonly count: number;
  /** Recurring ones are due again each time so many milliseconds have passed. */
  readonly everyMs: number;
  /** What each job calls; with the instant it was due, if that is not on the grid of `at` and `everyMs`. */
  readonly started: (dueAt?: number) => Promise<void>;
}

type Stop = () => unknown;

/** Adds the jobs of a burst; answers what ends it. */
type Add = (burst: Burst) => Stop | undefined | Promise<Stop | undefined>;

/** One that takes part. */
export interface Contender {
  readonly once?: Add;
  readonly recurring?: Add;
}

/** Every ten seconds, as the patterns of all peers say it. */
const EVERY_TEN_SECONDS = '*/10 * * * * *';

function ours(options: () => SchedulerOptions, listen = false): Contender {
  const make = async (started: Burst['started']) => {
    // Its function is registered under a name, so that durable stores can keep it too.
    const task = defineTask('note', () => started());
    const scheduler = new BackgroundScheduler({ ...options(), timezone: 'UTC', tasks: [task], logger: null });
    let heard = 0;
    if (listen) scheduler.on('*', () => heard++);
    await scheduler.start();
    return { scheduler, task };
  };
  const ids = ({ count }: Burst) => Array.from({ length: count }, (_, index) => ({ id: `job-${index}` }));
  return {
    once: async (burst) => {
      const { scheduler, task } = await make(() => burst.started(burst.at));
      const runDate = new Date(burst.at);
      await scheduler.addJobs(ids(burst).map(({ id }) => ({ id, task, trigger: 'date' as const, runDate })));
      return () => scheduler.shutdown();
    },
    recurring: async (burst) => {
      const { scheduler, task } = await make(() => burst.started());
      await scheduler.addJobs(ids(burst).map(({ id }) => ({ id, task, trigger: 'cron' as const, second: '*/10' })));
      return () => scheduler.shutdown();
    },
  };
}

function sqlite(): SchedulerOptions {
  const directory = mkdtempSync(join(tmpdir(), 'sched-bench-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return { jobStores: { default: { type: 'sqlite', url: join(directory, 'jobs.sqlite') } } };
}

/** The pattern of six fields that is due at an instant, within the year. */
function patternOf(at: number): string {
  const date = new Date(at);
  const time = [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours()];
  return [...time, date.getUTCDate(), date.getUTCMonth() + 1, '*'].join(' ');
}

function repeat(count: number, make: () => unknown): undefined {
  for (let index = 0; index < count; index++) make();
}

/** By name, in the order of the report. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  '@sched': ours(() => ({})),
  '@sched, every event heard': ours(() => ({}), true),
  '@sched on SQLite, durable': ours(sqlite),
  'bare setTimeout a job': bareTimers,
  'bare heap, one timer': bareHeap,
  'toad-scheduler': {
    once: ({ at, count, started }) => {
      const scheduler = new ToadScheduler();
      repeat(count, () => {
        const task = new AsyncTask('note', () => {
          job.stop();
          return started(at);
        });
        const job = new SimpleIntervalJob({ milliseconds: at - Date.now() }, task);
        scheduler.addSimpleIntervalJob(job);
      });
      return () => scheduler.stop();
    },
    // Its intervals begin when a job is added, so that each job has a grid of its own.
    recurring: ({ count, everyMs, started }) => {
      const scheduler = new ToadScheduler();
      repeat(count, () => {
        let dueAt = Date.now();
        const task = new AsyncTask('note', () => {
          dueAt += everyMs;
          return started(dueAt);
        });
        scheduler.addSimpleIntervalJob(new SimpleIntervalJob({ milliseconds: everyMs }, task));
      });
      return () => scheduler.stop();
    },
  },
  croner: {
    once: ({ at, count, started }) => repeat(count, () => new Cron(new Date(at), () => started(at))),
    recurring: ({ count, started }) =>
      repeat(count, () => new Cron(EVERY_TEN_SECONDS, { timezone: 'UTC' }, () => started())),
  },
  'node-cron': {
    once: ({ at, count, started }) =>
      repeat(count, () => nodeCron.schedule(patternOf(at), () => started(at), { timezone: 'UTC', maxExecutions: 1 })),
    recurring: ({ count, started }) =>
      repeat(count, () => nodeCron.schedule(EVERY_TEN_SECONDS, () => started(), { timezone: 'UTC' })),
  },
  'node-schedule': {
    once: ({ at, count, started }) => repeat(count, () => nodeSchedule.scheduleJob(new Date(at), () => started(at))),
    recurring: ({ count, started }) =>
      repeat(count, () => nodeSchedule.scheduleJob({ rule: EVERY_TEN_SECONDS, tz: 'UTC' }, () => started())),
  },
};
