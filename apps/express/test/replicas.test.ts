// Four replicas of the program share one port and one job store: each fire happens once, whoever is killed.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Run } from '@sched/core';
import { describe, expect, test } from 'vitest';
import { freshDatabase, serviceUrl } from '../../../packages/core/test/services.ts';
import { ask, emptyDirectory, readStore, startProgram } from './program.ts';

const REPLICAS = 4;
const CHECKS = 10;

const postgres = await serviceUrl('postgres');

/** Stores to share, and where a fresh one is. */
const STORES = [
  { type: 'sqlite', isThere: true, place: async () => join(emptyDirectory(), 'checks.sqlite') },
  { type: 'postgres', isThere: postgres !== '', place: async () => (await freshDatabase(postgres)).url },
];

/** Starts the replicas and gives them checks that fire every second. */
async function startReplicas(url: string) {
  const program = startProgram(['--replicas', `${REPLICAS}`, '--store', url]);
  const [, address = ''] = await program.wrote(/serves (http:\S+),/);
  for (let replica = 1; replica <= REPLICAS; replica++) await program.wrote(new RegExp(`replica ${replica} +start`));
  for (let check = 0; check < CHECKS; check++) {
    const [status] = await ask(`${address}/checks/check-${check}`, 'PUT', { url: `${address}/health`, seconds: 1 });
    expect(status).toBe(200);
  }
  return program;
}

/** What the replicas say they have started: `check-3 for 2026-…`, by replica. */
function started(output: string): { readonly replica: string; readonly fire: string }[] {
  return [...output.matchAll(/replica (\d) +run +(\S+ for \S+)$/gm)].map(([, replica = '', fire = '']) => ({
    replica,
    fire,
  }));
}

const fireOf = ({ jobId, fireTime }: Run) => `${jobId} for ${fireTime.toISOString()}`;

const repeated = (words: readonly string[]) => words.filter((word, index) => words.indexOf(word) !== index);

/** The due times of a job that no run stands for. */
function missing(job: Job, runs: readonly Run[]): string[] {
  const own = runs.filter((run) => run.jobId === job.id).sort((a, b) => a.fireTime.getTime() - b.fireTime.getTime());
  return own.slice(1).flatMap(({ fireTime, coalesced }, index) => {
    const due = job.trigger.count(own[index]?.fireTime.getTime() ?? 0, fireTime.getTime());
    return due === 1 + coalesced ? [] : [`${job.id}: ${due - 1 - coalesced} before ${fireTime.toISOString()}`];
  });
}

describe.each(STORES)('over $type', ({ type, isThere, place }) => {
  test.skipIf(!isThere)('each fire happens once', { timeout: 120_000 }, async () => {
    const store = await place();
    const program = await startReplicas(store);
    await sleep(8000);
    program.child.kill('SIGTERM');
    expect(await program.ended, program.output()).toBe(0);
    expect(program.output().match(/stop +drained/g)).toHaveLength(REPLICAS);

    const { jobs, runs } = await readStore({ type, url: store });
    expect(jobs).toHaveLength(CHECKS + 1);
    for (const job of jobs) {
      expect(missing(job, runs)).toEqual([]);
      expect(runs.filter((run) => run.jobId === job.id).length).toBeGreaterThan(2);
    }
    const fires = runs.filter((run) => run.startedAt !== null).map(fireOf);
    expect(repeated(fires)).toEqual([]);
    const told = started(program.output());
    expect(told.map(({ fire }) => fire).sort()).toEqual(fires.sort());
    // The store is shared, not owned by the first: whoever is faster takes what is due, each second anew.
    expect(new Set(told.map(({ replica }) => replica)).size).toBeGreaterThan(1);
  });

  test.skipIf(!isThere)('each fire happens once when replicas are killed, too', { timeout: 120_000 }, async () => {
    const store = await place();
    const program = await startReplicas(store);
    for (const replica of [1, 2, 3]) {
      await sleep(1500);
      const starts = [...program.output().matchAll(new RegExp(`replica ${replica} +start +process (\\d+)`, 'g'))];
      process.kill(Number(starts.at(-1)?.[1]), 'SIGKILL');
      await program.wrote(new RegExp(`replace +replica ${replica}, process \\d+: ended by SIGKILL`));
      await program.wrote(new RegExp(`(replica ${replica} +start[\\s\\S]*){2}`));
    }
    // Until the leases of the killed are over.
    await sleep(8000);
    // Ctrl-C reaches the replicas as well as the primary, which asks them to end, too.
    process.kill(-Number(program.child.pid), 'SIGINT');
    expect(await program.ended, program.output()).toBe(0);

    const { jobs, runs } = await readStore({ type, url: store });
    expect(jobs).toHaveLength(CHECKS + 1);
    for (const job of jobs) expect(missing(job, runs)).toEqual([]);
    expect(runs.filter((run) => run.outcome === null)).toEqual([]);
    expect(repeated(runs.map(fireOf))).toEqual([]);
    const told = started(program.output()).map(({ fire }) => fire);
    expect(repeated(told)).toEqual([]);
    // One that was killed may have claimed a run and not lived to tell; what it left open is recorded as lost.
    const ended = runs.filter((run) => run.startedAt !== null && run.outcome !== 'lost').map(fireOf);
    expect(ended.filter((fire) => !told.includes(fire))).toEqual([]);
    expect(told.filter((fire) => !runs.map(fireOf).includes(fire))).toEqual([]);
  });
});
