// A watch on this machine: a durable job takes samples, and streams make averages, alarms and digests of them.
//
//   npm start -- rxjs                   runs until Ctrl-C, which lets what executes come to its end
//   npm start -- rxjs --for 20          runs for 20 seconds
//   npm start -- rxjs --data <dir>      keeps watch.sqlite and samples.jsonl in <dir> (default: .sched/rxjs)
//   npm start -- rxjs --alarm <MiB>     tells when the process holds more memory than this (default: 100)
//
// You see an average of every 5 samples, a digest of all of them every 5 s, and an alarm when the memory held crosses the
// limit. Stop it and start it again: samples and jobs are still there, and the digest goes on from them.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { currentRun, defineTask } from '@sched/core';
import { fromTrigger, RxScheduler, runJob } from '@sched/rxjs';
import {
  bufferCount,
  distinctUntilChanged,
  exhaustMap,
  filter,
  firstValueFrom,
  fromEvent,
  map,
  merge,
  NEVER,
  type Observable,
  retry,
  Subscription,
  share,
  skipWhile,
  timer,
} from 'rxjs';

/** How the machine was at one moment. */
interface Sample {
  readonly at: string;
  /** Processes that wanted to run, on average over the last minute. */
  readonly load: number;
  /** Memory this process held, in MiB. */
  readonly heldMiB: number;
}

async function main(): Promise<void> {
  const { seconds, data, alarmMiB } = readArguments();
  await mkdir(data, { recursive: true });
  const { sample, digest } = tasksFor(join(data, 'samples.jsonl'));
  const scheduler = new RxScheduler({
    timezone: 'UTC',
    jobStores: { default: { type: 'sqlite', url: join(data, 'watch.sqlite') } },
    tasks: [sample, digest],
    // This program prints what happens itself.
    logger: null,
  });
  const streams = new Subscription();
  streams.add(showSamples(samplesOf(scheduler), alarmMiB));
  streams.add(
    scheduler.events$.subscribe((event) => {
      if ('error' in event)
        say('error', `${event.type}: ${typeof event.error === 'string' ? event.error : event.error.message}`);
    }),
  );

  await scheduler.start();
  say(
    'start',
    `process ${process.pid}, samples and jobs in ${data}, of which there are ${(await scheduler.getJobs()).length}`,
  );
  await scheduler.addJob(sample, 'cron', { id: 'sample', second: '*', replaceExisting: true });
  // Hourly by itself; the stream asks for one more often, as long as the program runs.
  await scheduler.addJob(digest, 'cron', { id: 'digest', minute: 0, timeout: 30, replaceExisting: true });
  streams.add(
    fromTrigger('*/5 * * * * *')
      .pipe(exhaustMap(runJob(scheduler, 'digest')), retry({ delay: 1000 }))
      .subscribe((run) => say('digest', `${run.id} took ${Number(run.finishedAt) - Number(run.startedAt)} ms`)),
  );

  say('stop', `${await firstValueFrom(end(seconds))}: what executes may take up to 10 s`);
  streams.unsubscribe();
  await scheduler.shutdown({ timeout: 10 });
  say('stop', 'drained');
}

/** The tasks. Their names are what the job store remembers. */
function tasksFor(file: string) {
  return {
    sample: defineTask('sample', async (): Promise<Sample> => {
      const at = (currentRun()?.fireTime ?? new Date()).toISOString();
      const taken = { at, load: loadavg()[0] ?? 0, heldMiB: process.memoryUsage.rss() / 2 ** 20 };
      await appendFile(file, `${JSON.stringify(taken)}\n`);
      return taken;
    }),
    digest: defineTask('digest', async () => {
      const signal = currentRun()?.signal as AbortSignal;
      const lines = (await readFile(file, { encoding: 'utf8', flag: 'a+', signal })).split('\n').filter(Boolean);
      const samples = lines.map((line): Sample => JSON.parse(line));
      const [first] = samples;
      if (first !== undefined) say('digest', `${samples.length} samples since ${first.at}: ${textOf(samples)}`);
    }),
  };
}

/** The samples as they are taken: what the runs of their job resolve with. */
function samplesOf(scheduler: RxScheduler): Observable<Sample> {
  return scheduler.events$.pipe(
    filter((event) => event.type === 'run:succeeded'),
    filter(({ jobId }) => jobId === 'sample'),
    map(({ result }) => result as Sample),
    share(),
  );
}

/** Prints averages, and whenever the memory held crosses the limit. */
function showSamples(samples: Observable<Sample>, alarmMiB: number): Subscription {
  const averages = samples.pipe(
    bufferCount(5),
    map((five) => ['average', textOf(five)] as const),
  );
  const alarms = samples.pipe(
    map(({ heldMiB }) => heldMiB > alarmMiB),
    distinctUntilChanged(),
    // That all is well is no news before anything was wrong.
    skipWhile((isOver) => !isOver),
    map((isOver) => ['alarm', `more than ${alarmMiB} MiB are held: ${isOver ? 'yes' : 'no longer'}`] as const),
  );
  return merge(averages, alarms).subscribe(([about, text]) => say(about, text));
}

function textOf(samples: readonly Sample[]): string {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  return `load ${mean(({ load }) => load).toFixed(2)}, ${mean(({ heldMiB }) => heldMiB).toFixed(1)} MiB held`;
}

/** Emits why the program is to end. */
function end(seconds: number | null): Observable<string> {
  const longestMs = 2 ** 31 - 1;
  const timeIsUp = seconds === null ? NEVER : timer(Math.min(seconds * 1000, longestMs));
  const signals = (['SIGINT', 'SIGTERM'] as const).map((name) => fromEvent(process, name).pipe(map(() => name)));
  return merge(timeIsUp.pipe(map(() => `${seconds} s are over`)), ...signals);
}

function say(about: string, text: string): void {
  console.log(`${new Date().toISOString().slice(11, 23)}  ${about.padEnd(8)} ${text}`);
}

function readArguments(): { seconds: number | null; data: string; alarmMiB: number } {
  const { values } = parseArgs({
    options: {
      for: { type: 'string' },
      data: { type: 'string', default: join('.sched', 'rxjs') },
      alarm: { type: 'string', default: '100' },
    },
  });
  return {
    seconds: values.for === undefined ? null : positive('--for', values.for, 'seconds'),
    data: values.data,
    alarmMiB: positive('--alarm', values.alarm, 'MiB'),
  };
}

function positive(flag: string, text: string, unit: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`${flag}: expected a number of ${unit} above 0, got '${text}'`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
