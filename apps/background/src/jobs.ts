// What the program does: its tasks, and the jobs that run them, one of every trigger kind.
import { appendFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AndTrigger, CronTrigger, currentRun, defineTask, ExceptTrigger, OrTrigger, type Scheduler } from '@sched/core';

/** Where the tasks read and write. */
export interface Places {
  /** File that gets a line for each run. */
  readonly report: string;
  /** Directory that is scanned. */
  readonly scanned: string;
}

/** The tasks. Their names are what the job store remembers. */
export function tasksFor({ report, scanned }: Places) {
  const write = async (line: string) => {
    const run = currentRun();
    await appendFile(report, `${new Date().toISOString()} ${run?.runId} attempt ${run?.attempt}: ${line}\n`);
  };
  return {
    note: defineTask('note', async (text: string) => {
      await write(text);
      currentRun()?.log(text);
    }),
    scan: defineTask('scan', async () => {
      const entries = await readdir(scanned, { withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory()).length;
      const found = `${entries.length - folders} files and ${folders} folders in ${scanned}`;
      await write(found);
      currentRun()?.log(found);
    }),
    digest: defineTask('digest', async () => {
      // Long enough to be caught in the middle by a kill -9.
      await sleep(1500, undefined, { signal: currentRun()?.signal as AbortSignal });
      await write('digest complete');
      currentRun()?.log('digest complete, after 1.5 s');
    }),
  };
}

/** Declares the jobs, as a program does at each start: what has not changed keeps its place. */
export async function declareJobs(
  scheduler: Scheduler,
  { note, scan, digest }: ReturnType<typeof tasksFor>,
): Promise<void> {
  const again = { replaceExisting: true };
  const soon = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const every = (seconds: number) => new CronTrigger({ second: `*/${seconds}` });
  await scheduler.addJob(note, 'date', { runDate: soon(3), args: ['three seconds after this start, once'] });
  await scheduler.addJob(digest, 'interval', { id: 'interval', seconds: 4, retry: { maxAttempts: 2 }, ...again });
  await scheduler.addJob(scan, 'cron', { id: 'cron', second: '*/5', ...again });
  // A time of day that comes while you watch; with a fixed one, this job would be the same at each start.
  const at = soon(7);
  await scheduler.addJob(note, 'calendarinterval', {
    id: 'calendarinterval',
    days: 1,
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    args: ['every day at this time'],
    ...again,
  });
  await scheduler.addJob(note, new AndTrigger({ triggers: [every(2), every(3)] }), {
    id: 'and',
    args: ['seconds that 2 and 3 divide'],
    ...again,
  });
  await scheduler.addJob(note, new OrTrigger({ triggers: [every(10), every(15)] }), {
    id: 'or',
    args: ['seconds that 10 or 15 divide'],
    ...again,
  });
  const trigger = new ExceptTrigger({ trigger: every(5), except: every(10) });
  await scheduler.addJob(note, trigger, { id: 'except', args: ['seconds that 5 divides and 10 does not'], ...again });
}
