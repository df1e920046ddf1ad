// The program is killed at random moments and started again, many times; then every due time is accounted for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, ended, readStore, startProgram, unaccounted } from './program.ts';

const KILLS = 20;

describe('kill -9', () => {
  it(`loses and doubles nothing over ${KILLS} kills at random moments`, { timeout: 300_000 }, async () => {
    const directory = emptyDirectory();
    const outputs: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, output } = startProgram('main.js', ['--data', directory], directory);
      await sleep(400 + Math.random() * 2600);
      child.kill('SIGKILL');
      expect(await ended(child)).toBe('SIGKILL');
      outputs.push(output());
    }
    // Long enough for the leases of the killed processes to end and for their runs to be made good.
    const { child, output } = startProgram('main.js', ['--data', directory, '--for', '12'], directory);
    expect(await ended(child), output()).toBe(0);
    expect(output()).toContain('jobs; ');

    const { jobs, runs } = await readStore(join(directory, 'jobs.sqlite'));
    const steady = jobs.filter(({ id }) => ['interval', 'cron', 'and', 'or', 'except'].includes(id));
    expect(steady).toHaveLength(5);
    for (const job of steady) {
      expect(unaccounted(job, runs), outputs.join('\n---\n')).toEqual([]);
      expect(runs.filter((run) => run.jobId === job.id).length).toBeGreaterThan(3);
    }
    expect(runs.filter((run) => run.outcome === null)).toEqual([]);
    expect(new Set(runs.map((run) => run.id)).size).toBe(runs.length);
    expect(doubledAttempts(readFileSync(join(directory, 'report.txt'), 'utf8'))).toEqual([]);
  });

  it('says what it found and what it made good', { timeout: 60_000 }, async () => {
    const directory = emptyDirectory();
    const first = startProgram('main.js', ['--data', directory], directory);
    while (!first.output().includes('interval (digest) for')) await sleep(20);
    first.child.kill('SIGKILL');
    await ended(first.child);
    await sleep(6000);
    const second = startProgram('main.js', ['--data', directory, '--for', '4'], directory);
    expect(await ended(second.child), second.output()).toBe(0);
    expect(second.output()).toMatch(/found +\d jobs; [1-9] were due while nobody ran, [1-9] runs were left open/);
    expect(second.output()).toMatch(/cron: \d fire times since/);
    expect(second.output()).toMatch(/retry +interval \(digest\) for/);
    // Which of the two depends on how long ago the newest of the missed seconds was.
    expect(second.output()).toMatch(/(run|catch-up) +cron \(scan\) for .*(s late|stands for \d more)/);
    expect(second.output()).toMatch(/summary .*\d+ succeeded/);
  });
});

describe('the program', () => {
  it('shows runs of every trigger kind and ends by itself', { timeout: 60_000 }, async () => {
    const directory = emptyDirectory();
    const { child, output } = startProgram('main.js', ['--data', directory, '--for', '16'], directory);
    expect(await ended(child), output()).toBe(0);
    for (const job of ['once-\\w+', 'interval', 'cron', 'calendarinterval', 'and', 'or', 'except']) {
      expect(output()).toMatch(new RegExp(`run +${job} \\(\\w+\\) for`));
    }
    expect(output()).toMatch(/stop +drained\n$/);
  });

  it('drains on SIGINT', { timeout: 60_000 }, async () => {
    const directory = emptyDirectory();
    const { child, output } = startProgram('main.js', ['--data', directory], directory);
    while (!output().includes('interval (digest) for')) await sleep(20);
    child.kill('SIGINT');
    expect(await ended(child), output()).toBe(0);
    expect(output()).toMatch(/digest complete[\s\S]*drained\n$/);
  });

  it('refuses a time it does not understand', async () => {
    const directory = emptyDirectory();
    const { child, output } = startProgram('main.js', ['--for', 'ever'], directory);
    expect(await ended(child)).toBe(1);
    expect(output()).toContain("--for: expected a number of seconds above 0, got 'ever'");
  });
});

/** Attempts that wrote more than one line: a body that ran twice. */
function doubledAttempts(report: string): string[] {
  const attempts = report
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/^\S+ (.*? attempt \d+):.*$/, '$1'));
  return attempts.filter((attempt, index) => attempts.indexOf(attempt) !== index);
}
