// `pnpm bench:jobs`: 100,000 jobs in memory — how long it takes to add them, what each keeps on the heap, and what the
// process does while none is due — beside the peers. Each runs in a process of its own, one after the other.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BackgroundScheduler } from '@sched/background';
import { CronJob } from 'cron';
import { Cron } from 'croner';
import * as nodeCron from 'node-cron';
import * as nodeSchedule from 'node-schedule';

const JOBS = 100_000;
/** A peer that has not added its jobs by then is measured by those it has, in milliseconds. */
const PATIENCE_MS = 20_000;
const IDLE_MS = 3000;

/** What was measured of one scheduler. */
interface Figures {
  readonly added: number;
  readonly addMs: number;
  readonly heapBytes: number;
  /** Share of a core while nothing was due. */
  readonly idleCpu: number;
}

/** A daily time of its own for each job, some hours from now, so that none is due while we look. */
const HOURS_AWAY = (new Date().getUTCHours() + 6) % 24;
const patternOf = (index: number) => `${index % 60} ${Math.floor(index / 60) % 60} ${HOURS_AWAY} * * *`;
const task = () => {};

/** Adds one job after the other until all are in or patience is at its end; answers how many. */
function addEach(add: (pattern: string, index: number) => unknown, kept: unknown[]): number {
  const end = performance.now() + PATIENCE_MS;
  let index = 0;
  while (index < JOBS && (index % 100 !== 0 || performance.now() < end)) {
    kept.push(add(patternOf(index), index));
    index++;
  }
  return index;
}

const SCHEDULERS: { readonly [name: string]: (kept: unknown[]) => number | Promise<number> } = {
  '@sched addJobs': async (kept) => {
    const scheduler = new BackgroundScheduler({ timezone: 'UTC' });
    kept.push(scheduler);
    await scheduler.start();
    const jobs = Array.from({ length: JOBS }, (_, index) => ({
      task,
      trigger: 'cron' as const,
      ...{ id: `job-${index}`, second: index % 60, minute: Math.floor(index / 60) % 60, hour: HOURS_AWAY },
    }));
    await scheduler.addJobs(jobs);
    return JOBS;
  },
  '@sched addJob, one by one': async (kept) => {
    const scheduler = new BackgroundScheduler({ timezone: 'UTC' });
    kept.push(scheduler);
    await scheduler.start();
    for (let index = 0; index < JOBS; index++) {
      await scheduler.addJob(task, 'cron', {
        id: `job-${index}`,
        second: index % 60,
        minute: Math.floor(index / 60) % 60,
        hour: HOURS_AWAY,
      });
    }
    return JOBS;
  },
  croner: (kept) => addEach((pattern) => new Cron(pattern, { timezone: 'UTC', unref: true }, task), kept),
  'node-cron': (kept) => addEach((pattern) => nodeCron.schedule(pattern, task, { timezone: 'UTC' }), kept),
  cron: (kept) =>
    addEach((pattern) => CronJob.from({ cronTime: pattern, onTick: task, start: true, timeZone: 'UTC' }), kept),
  'node-schedule': (kept) => addEach((rule) => nodeSchedule.scheduleJob({ rule, tz: 'UTC' }, task), kept),
};

async function measure(name: string): Promise<Figures> {
  const collect = globalThis.gc;
  const add = SCHEDULERS[name];
  if (collect === undefined || add === undefined) throw new Error('run it with --expose-gc, by `pnpm bench:jobs`');
  const kept: unknown[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const added = await add(kept);
  const addMs = performance.now() - start;
  await sleep(100);
  collect();
  const heapBytes = (process.memoryUsage().heapUsed - before) / added;
  const cpu = process.cpuUsage();
  await sleep(IDLE_MS);
  const { user, system } = process.cpuUsage(cpu);
  // Read after the sleep, so that what was added is still held.
  if (kept.length === 0) throw new Error('nothing was added');
  return { added, addMs, heapBytes, idleCpu: (user + system) / 1000 / IDLE_MS };
}

function compare(): void {
  console.log(`${JOBS.toLocaleString('en')} jobs, each at a time of day of its own, none due; one process each\n`);
  console.log(['', 'added', 'time to add', 'for 100,000', 'heap a job', 'idle CPU'].map(cell).join(''));
  const ours = new Map<string, number>();
  for (const name of Object.keys(SCHEDULERS)) {
    const file = fileURLToPath(import.meta.url);
    const figures = JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', file, name], { encoding: 'utf8' }),
    ) as Figures;
    const whole = (figures.addMs / figures.added) * JOBS;
    ours.set(name, whole);
    const times = name.startsWith('@sched')
      ? ''
      : `  ${(whole / (ours.get('@sched addJobs') ?? whole)).toFixed(0)}× the time of ours`;
    const row = [
      name,
      figures.added.toLocaleString('en'),
      `${(figures.addMs / 1000).toFixed(2)} s`,
      `${(whole / 1000).toFixed(2)} s`,
      `${(figures.heapBytes / 1024).toFixed(2)} KiB`,
      `${(figures.idleCpu * 100).toFixed(1)} %`,
    ];
    console.log(row.map(cell).join('') + times);
  }
  console.log(
    `\nA peer that was not done within ${PATIENCE_MS / 1000} s is measured by the jobs it had added; "for 100,000" scales its time.`,
  );
}

const cell = (text: string, index: number) => (index === 0 ? text.padEnd(28) : text.padStart(14));

const [, , name] = process.argv;
if (name === undefined) compare();
else {
  console.log(JSON.stringify(await measure(name)));
  process.exit(0);
}
