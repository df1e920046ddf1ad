// The built program as a child process, and its job store as a book of accounts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Job, type Run, Scheduler } from '@sched/core';

const dist = (name: string) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

/** An empty directory for one test. */
export function emptyDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'sched-'));
}

/** Starts a built program of this app in a directory of its own. */
export function startProgram(
  name: string,
  args: readonly string[],
  cwd: string,
): { child: ChildProcess; output: () => string } {
  const file = dist(name);
  if (!existsSync(file)) throw new Error(`${file} is missing: build first, as \`npm test\` does`);
  const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, output: () => text };
}

/** Resolves with the exit code, or the signal that ended it. */
export async function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode ?? -1;
}

/** Everything that is in a job store. */
export async function readStore(url: string): Promise<{ jobs: readonly Job[]; runs: readonly Run[] }> {
  await using scheduler = new Scheduler({ jobStores: { default: { type: 'sqlite', url } }, logger: null });
  await scheduler.start({ paused: true });
  const runs: Run[] = [];
  let cursor: string | null = null;
  do {
    const page: readonly Run[] & { cursor: string | null } = await scheduler.getRuns({ limit: 5000, cursor });
    runs.push(...page);
    cursor = page.cursor;
  } while (cursor !== null);
  return { jobs: await scheduler.getJobs(), runs };
}

/**
 * The due times of a job that its runs do not account for: each run stands for its own fire time and for as many before
 * it as its `coalesced` says. Empty = every due time is exactly one run's, or counted on one.
 */
export function unaccounted(job: Job, runs: readonly Run[]): string[] {
  const fires = runs
    .filter((run) => run.jobId === job.id && run.reason !== 'manual')
    .sort((a, b) => a.fireTime.getTime() - b.fireTime.getTime());
  const faults: string[] = [];
  let before: number | null = null;
  for (const { id, fireTime, coalesced } of fires) {
    const at = fireTime.getTime();
    const due = before === null ? 1 + coalesced : job.trigger.count(before, at);
    if (due !== 1 + coalesced)
      faults.push(`${id}: ${due} due times since the run before, ${1 + coalesced} accounted for`);
    before = at;
  }
  if (before !== (job.lastRunTime?.getTime() ?? null))
    faults.push(`${job.id}: last run time ${job.lastRunTime?.toISOString()} has no run`);
  return faults;
}
