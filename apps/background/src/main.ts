// A durable background scheduler: seven jobs, one of every trigger kind, out of one SQLite file.
//
//   npm start                    runs until Ctrl-C, which lets what executes come to its end
//   npm start -- --for 20        runs for 20 seconds
//   npm start -- --data <dir>    keeps jobs.sqlite and report.txt in <dir> (default: .sched)
//
// You see each run as it starts and ends. Kill it with `kill -9` and start it again: it says what it found and what it made good.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BackgroundScheduler } from '@sched/background';
import { declareJobs, tasksFor } from './jobs.ts';
import { printFound, printNext, printSummary, say, showEvents } from './log.ts';

async function main(): Promise<void> {
  const { seconds, data } = readArguments();
  mkdirSync(data, { recursive: true });
  const tasks = tasksFor({ report: join(data, 'report.txt'), scanned: process.cwd() });
  const scheduler = new BackgroundScheduler({
    timezone: 'UTC',
    jobStores: { default: { type: 'sqlite', url: join(data, 'jobs.sqlite') } },
    executors: { default: { type: 'local', maxWorkers: 5 } },
    jobDefaults: { keepRuns: 1000 },
    tasks: Object.values(tasks),
    // Short, so that runs of a killed process are noticed while you watch.
    leaseTime: 5,
    // This program prints what happens itself.
    logger: null,
  });
  const tally = showEvents(scheduler);

  await scheduler.start({ paused: true });
  say('start', `process ${process.pid}, jobs in ${join(data, 'jobs.sqlite')}, report in ${join(data, 'report.txt')}`);
  await printFound(scheduler);
  await scheduler.resume();
  await declareJobs(scheduler, tasks);
  await printNext(scheduler);

  const why = await untilEnd(seconds);
  say('stop', `${why}: nothing new starts, what executes may take up to 10 s`);
  await printSummary(scheduler, tally);
  await scheduler.shutdown({ timeout: 10 });
  say('stop', 'drained');
}

function readArguments(): { seconds: number | null; data: string } {
  const { values } = parseArgs({ options: { for: { type: 'string' }, data: { type: 'string', default: '.sched' } } });
  if (values.for === undefined) return { seconds: null, data: values.data };
  const seconds = Number(values.for);
  if (!(seconds > 0)) throw new RangeError(`--for: expected a number of seconds above 0, got '${values.for}'`);
  return { seconds, data: values.data };
}

/** Holds the process, which the scheduler does not: until the time is over, or somebody asks it to end. */
async function untilEnd(seconds: number | null): Promise<string> {
  return await new Promise((resolve) => {
    const longest = 2 ** 31 - 1;
    const timer = setTimeout(
      () => resolve(`${seconds} s are over`),
      seconds === null ? longest : Math.min(seconds * 1000, longest),
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearTimeout(timer);
        resolve(signal);
      });
    }
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
