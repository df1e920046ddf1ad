// What the program prints: one line for each thing that happens, and tables of what was and what comes.
import type { Run, RunOutcome, Scheduler } from '@sched/core';

/** How many runs ended in each way while this process watched. */
export type Tally = Map<RunOutcome | 'retried', number>;

/** Prints one line: the time, what it is about, and the text. */
export function say(about: string, text: string): void {
  console.log(`${new Date().toISOString().slice(11, 23)}  ${about.padEnd(10)} ${text}`);
}

/** Prints what the scheduler tells, and counts it. */
export function showEvents(scheduler: Scheduler): Tally {
  const tally: Tally = new Map();
  const count = (outcome: RunOutcome | 'retried') => tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
  scheduler.on('run:started', ({ run }) =>
    say(started(run), `${nameOf(run)} for ${clock(run.fireTime)}${standsFor(run)}`),
  );
  scheduler.on('run:log', ({ jobId, message }) => say('', `  ${short(jobId)}: ${message}`));
  for (const type of [
    'run:succeeded',
    'run:failed',
    'run:missed',
    'run:skipped',
    'run:cancelled',
    'run:timed-out',
    'run:lost',
  ] as const) {
    scheduler.on(type, ({ run }) => {
      count(type.slice('run:'.length) as RunOutcome);
      if (type !== 'run:succeeded')
        say(type.slice('run:'.length), `${nameOf(run)} for ${clock(run.fireTime)}${reasonOf(run)}`);
    });
  }
  scheduler.on('run:retrying', ({ run, error }) => {
    count('retried');
    say('retrying', `${nameOf(run)} for ${clock(run.fireTime)}: ${error.message}`);
  });
  scheduler.on('scheduler:error', ({ error, during }) => say('error', `in ${during}: ${error.message}`));
  scheduler.on('job-store:degraded', ({ alias, error }) => say('degraded', `job store ${alias}: ${error.message}`));
  scheduler.on('job-store:recovered', ({ alias, downMs }) =>
    say('recovered', `job store ${alias}, after ${Math.round(downMs)} ms`),
  );
  scheduler.on('clock:jumped', ({ byMs }) => say('clock', `jumped by ${Math.round(byMs)} ms`));
  return tally;
}

/** Says what an earlier process left behind. */
export async function printFound(scheduler: Scheduler): Promise<void> {
  const jobs = await scheduler.getJobs();
  if (jobs.length === 0) return say('found', 'an empty job store: this is the first start');
  const executing = await scheduler.getRuns({ state: 'running' });
  const waiting = await scheduler.getRuns({ state: 'queued' });
  const now = new Date();
  const late = jobs.filter((job) => job.nextRunTime !== null && job.nextRunTime < now);
  say(
    'found',
    `${jobs.length} jobs; ${late.length} were due while nobody ran, ${executing.length + waiting.length} runs were left open`,
  );
  for (const job of late) {
    const missed = job.trigger.count((job.nextRunTime?.getTime() ?? 0) - 1, now.getTime());
    say(
      '',
      `  ${short(job.id)}: ${missed} fire times since ${clock(job.nextRunTime)}; the latest runs now and stands for all`,
    );
  }
  for (const run of executing)
    say(
      '',
      `  ${nameOf(run)} was executing for ${clock(run.fireTime)} when its process died; its lease ends within 5 s`,
    );
}

/** Prints when each job fires next. */
export async function printNext(scheduler: Scheduler): Promise<void> {
  for (const job of await scheduler.getJobs({ state: 'active' })) {
    say('next', `${short(job.id).padEnd(16)} ${clock(job.nextRunTime)}  ${job.trigger}`);
  }
}

/** Prints how runs ended and what would come next. */
export async function printSummary(scheduler: Scheduler, tally: Tally): Promise<void> {
  const counts = [...tally].map(([outcome, number]) => `${number} ${outcome}`);
  say('summary', counts.length === 0 ? 'no runs' : counts.join(', '));
  await printNext(scheduler);
}

function started(run: Run): string {
  if (run.reason === 'catch-up') return 'catch-up';
  return run.reason === 'retry' ? 'retry' : 'run';
}

function nameOf(run: Run): string {
  return `${short(run.jobId)} (${run.task})`;
}

function standsFor(run: Run): string {
  const late = run.lateMs !== null && run.lateMs > 1000 ? `, ${(run.lateMs / 1000).toFixed(1)} s late` : '';
  return run.coalesced === 0 ? late : `${late}, stands for ${run.coalesced} more`;
}

function reasonOf(run: Run): string {
  if (run.outcome === 'lost') return ': the process that executed it died';
  return run.error === null ? '' : `: ${run.error.split('\n', 1)[0]}`;
}

/** Ids that were made up are long. */
function short(id: string): string {
  return id.length === 36 ? `once-${id.slice(0, 8)}` : id;
}

/** The time of day, with the date where it is not today's. */
function clock(time: Date | null): string {
  if (time === null) return '-';
  const [day, timeOfDay = ''] = time.toISOString().slice(0, 19).split('T');
  return day === new Date().toISOString().slice(0, 10) ? timeOfDay : `${day} ${timeOfDay}`;
}
