// Four processes share one SQLite file: each fire is recorded once and runs once, and none is missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyDirectory, ended, readStore, startProgram } from './program.ts';

const PROCESSES = 4;
const JOBS = 50;
const SECONDS = 20;

it(`${PROCESSES} processes, ${JOBS} jobs, a fire a second for ${SECONDS} s`, { timeout: 120_000 }, async () => {
  const directory = emptyDirectory();
  const url = join(directory, 'jobs.sqlite');
  const startAt = Math.ceil(Date.now() / 1000) * 1000 + 5000;
  const journal = (index: number) => join(directory, `journal-${index}.txt`);
  const replicas = Array.from({ length: PROCESSES }, (_, index) =>
    startProgram('replica.js', [url, journal(index), `${startAt}`, `${SECONDS}`, `${JOBS}`], directory),
  );
  for (const { child, output } of replicas) expect(await ended(child), output()).toBe(0);

  const { jobs, runs } = await readStore(url);
  expect(jobs).toHaveLength(JOBS);
  const due = Array.from({ length: SECONDS }, (_, second) => startAt + second * 1000);
  for (const { id } of jobs) {
    const fires = runs.filter((run) => run.jobId === id).map((run) => run.fireTime.getTime());
    expect(fires.toSorted((a, b) => a - b)).toEqual(due);
  }
  expect(runs.filter((run) => run.outcome !== 'succeeded')).toEqual([]);

  const executed = replicas.map((_, index) => readFileSync(journal(index), 'utf8').split('\n').filter(Boolean));
  expect(executed.flat().toSorted()).toEqual(runs.map((run) => run.id).toSorted());
  // The store is shared, not owned by the first: whoever is faster takes what is due, each second anew.
  expect(executed.filter((keys) => keys.length > 0).length).toBeGreaterThan(1);
});
