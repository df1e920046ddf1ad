// One chaos: processes on one store, kept from working by every means for a while, and then left alone.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backends.ts';
import type { Evidence } from './checks.ts';
import { type Fault, type FaultCounts, plannedFaults } from './faults.ts';
import { Fleet } from './fleet.ts';
import { addJobs, plannedJobs } from './plan.ts';
import { happens, StoreView } from './store-view.ts';

const PROCESSES = 6;
const JOBS = 50;
/** For the processes to be there before it begins, in milliseconds: on a machine that is busy with something else that takes long. */
const PATIENCE_MS = 180_000;
const BEGINS_IN_MS = 500;

/** What a chaos came to. */
export interface Chaos extends Evidence {
  readonly done: FaultCounts;
  /** What went wrong with the processes themselves. */
  readonly deaths: readonly string[];
  readonly sampleCount: number;
  /** Where all of it is kept. */
  readonly keep: () => string;
}

/** Brings chaos to a store for so long. `judge` sees what is left of it, before it is thrown away. */
export async function chaos(backend: Backend, seed: number, ms: number, judge: (chaos: Chaos) => void): Promise<void> {
  await using fleet = new Fleet();
  await using view = await StoreView.open(backend.direct);
  for (let place = 0; place < PROCESSES; place++) fleet.add({ store: backend.address });
  await happens(PATIENCE_MS, 'all processes start', () => startsIn(fleet) >= PROCESSES);
  const startAt = Date.now() + BEGINS_IN_MS;
  const endAt = startAt + ms;
  const plan = plannedJobs(JOBS, startAt, endAt);
  await addJobs(backend.direct, plan);
  view.sample(plan);
  const faults = plannedFaults(seed, ms, PROCESSES, backend.server !== null);
  const done = await disturb({ backend, fleet, startAt }, faults);
  await sleep(Math.max(0, endAt - Date.now()));
  const quietAfterMs = await view.quiet();
  const left = await fleet.drainAll();
  const runs = await view.runs();
  judge({
    ...{ plan, quietAfterMs, done, excesses: view.excesses, sampleCount: view.sampleCount },
    runs,
    entries: fleet.entries(),
    deaths: [...fleet.deaths, ...left.filter((code) => code !== 0).map((code) => `a process drained with ${code}`)],
    keep: () => fleet.keep({ plan, faults, runs }),
  });
}

function startsIn(fleet: Fleet): number {
  return fleet.entries().filter(({ what }) => what === 'started').length;
}

interface Scene {
  readonly backend: Backend;
  readonly fleet: Fleet;
  /** By the wall clock. */
  readonly startAt: number;
}

/** Brings the faults about, each at its time; resolves when the last one is over, with how many there were. */
async function disturb(scene: Scene, faults: readonly Fault[]): Promise<FaultCounts> {
  const done = { kill: 0, stop: 0, cut: 0, 'lose-reply': 0, 'restart-server': 0 };
  await Promise.all(
    faults.map(async (fault) => {
      await sleep(Math.max(0, scene.startAt + fault.at - Date.now()));
      await bringAbout(fault, scene);
      done[fault.kind]++;
    }),
  );
  return done;
}

async function bringAbout(fault: Fault, { backend: { server }, fleet }: Scene): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      return fleet.kill(fault.place);
    case 'stop':
      return fleet.stall(fault.place, fault.ms);
    case 'cut':
      await server?.network.refuse();
      await sleep(fault.ms);
      return server?.network.accept();
    case 'lose-reply':
      return server?.network.dropReply();
    case 'restart-server':
      return server?.restart();
  }
}
