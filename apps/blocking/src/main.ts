// A backup service, a program that is nothing but its jobs: dated copies of a directory, checked, and the oldest cleared away.
//
//   npm start -- blocking                   copies ./docs every 5 s until Ctrl-C, which lets a copy come to its end
//   npm start -- blocking --for 20          for 20 seconds
//   npm start -- blocking --source <dir>    copies another directory
//   npm start -- blocking --data <dir>      keeps copies and backups.sqlite in <dir> (default: .sched/blocking)
//
// You see each copy as it is made, checked and cleared away. Stop it for a while and start it again: its jobs are in the
// SQLite file, so one late copy makes good those that were due meanwhile. Damage a copy, and its check fails.
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BlockingScheduler } from '@sched/blocking';
import { currentRun, defineTask, type Run } from '@sched/core';

/** How many copies are kept. */
const KEPT = 3;

/** The longest delay a timer takes, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

async function main(): Promise<void> {
  const { seconds, source, data } = await readArguments();
  const copies = join(data, 'copies');
  await mkdir(copies, { recursive: true });
  const { copy, check, clear } = tasksFor(source, copies);
  const scheduler = new BlockingScheduler({
    timezone: 'UTC',
    jobStores: { default: { type: 'sqlite', url: join(data, 'backups.sqlite') } },
    jobDefaults: { keepRuns: 1000 },
    tasks: [copy, check, clear],
    // This program prints what happens itself.
    logger: null,
  });
  showRuns(scheduler);

  const again = { replaceExisting: true };
  await scheduler.addJob(copy, 'interval', { id: 'copy', seconds: 5, retry: { maxAttempts: 3, delay: 1 }, ...again });
  await scheduler.addJob(check, 'cron', { id: 'check', second: '*/5', ...again });
  await scheduler.addJob(clear, 'cron', { id: 'clear', second: '*/15', ...again });
  scheduler.on('scheduler:started', async () => {
    say(
      'start',
      `process ${process.pid} copies ${source} to ${copies}, where there are ${(await names(copies)).length}`,
    );
    if (seconds !== null)
      setTimeout(() => scheduler.shutdown({ timeout: 10 }), Math.min(seconds * 1000, LONGEST_MS)).unref();
  });

  await scheduler.start({ shutdown: { timeout: 10 } });
  say('stop', `drained, with ${(await names(copies)).length} copies in ${copies}`);
}

/** The tasks. Their names are what the job store remembers. */
function tasksFor(source: string, copies: string) {
  return {
    copy: defineTask('copy', async () => {
      // Named after the time it was due: however often it is tried, it is one copy.
      const name = (currentRun()?.fireTime ?? new Date()).toISOString().replaceAll(':', '-');
      const [part, whole] = [join(copies, `.${name}`), join(copies, name)];
      await rm(part, { recursive: true, force: true });
      await cp(source, join(part, 'files'), { recursive: true });
      await writeFile(join(part, 'checksum'), await checksum(join(part, 'files')));
      await rm(whole, { recursive: true, force: true });
      await rename(part, whole);
      currentRun()?.log(`${name} is complete`);
    }),
    check: defineTask('check', async () => {
      let checked = 0;
      for (const name of await names(copies)) {
        const isWhole = await isAsMade(join(copies, name));
        // It may have been cleared away meanwhile.
        if (!isWhole && (await names(copies)).includes(name)) throw new Error(`${name} is damaged`);
        if (isWhole) checked++;
      }
      currentRun()?.log(`${checked} copies are as they were made`);
    }),
    clear: defineTask('clear', async () => {
      const old = (await names(copies)).slice(0, -KEPT);
      for (const name of old) {
        // In one step, so that a check does not find half of it.
        await rename(join(copies, name), join(copies, `.${name}`));
        await rm(join(copies, `.${name}`), { recursive: true });
      }
      currentRun()?.log(old.length === 0 ? 'nothing to clear away' : `cleared away ${old.join(', ')}`);
    }),
  };
}

/** The copies that are complete, oldest first. */
async function names(copies: string): Promise<string[]> {
  return (await readdir(copies)).filter((name) => !name.startsWith('.')).sort();
}

/** Whether a copy has the checksum that was noted when it was made. */
async function isAsMade(copy: string): Promise<boolean> {
  try {
    return (await readFile(join(copy, 'checksum'), 'utf8')) === (await checksum(join(copy, 'files')));
  } catch {
    return false;
  }
}

/** Of all files below a directory, their names included. */
async function checksum(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const path = join(directory, name);
    hash.update(name);
    if ((await stat(path)).isFile()) hash.update(await readFile(path));
  }
  return hash.digest('hex');
}

/** Prints what runs say, and how those end that do not succeed. */
function showRuns(scheduler: BlockingScheduler): void {
  scheduler.on('run:started', ({ run }) => {
    if (run.coalesced > 0) say(run.jobId, `late: one run for ${run.coalesced + 1} that were due`);
  });
  scheduler.on('run:log', ({ jobId, message }) => say(jobId, message));
  const fault = ({ run, error }: { readonly run: Run; readonly error: Error }) =>
    say(run.jobId, `${run.state}: ${error.message}`);
  scheduler.on('run:failed', fault);
  scheduler.on('run:retrying', fault);
  scheduler.on('scheduler:error', ({ error, during }) => say('error', `in ${during}: ${error.message}`));
}

function say(about: string, text: string): void {
  console.log(`${new Date().toISOString().slice(11, 23)}  ${about.padEnd(6)} ${text}`);
}

async function readArguments(): Promise<{ seconds: number | null; source: string; data: string }> {
  const { values } = parseArgs({
    options: {
      for: { type: 'string' },
      source: { type: 'string', default: 'docs' },
      data: { type: 'string', default: join('.sched', 'blocking') },
    },
  });
  const { source, data } = values;
  await readdir(source);
  if (values.for === undefined) return { seconds: null, source, data };
  const seconds = Number(values.for);
  if (!(seconds > 0)) throw new RangeError(`--for: expected a number of seconds above 0, got '${values.for}'`);
  return { seconds, source, data };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
