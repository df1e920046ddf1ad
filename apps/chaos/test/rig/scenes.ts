// Faults at the one moment where they matter, which chance would rarely meet. A scene is played by an honest store, or by a
// mutant in the leading part.
import type { MutantName } from '../../src/mutants.ts';
import type { Stall } from '../../src/settings.ts';
import type { StoreAddress } from '../../src/stores.ts';
import { bodiesIn, claimsIn, type Evidence } from './checks.ts';
import { Fleet } from './fleet.ts';
import { addJobs, kind, type PlannedJob } from './plan.ts';
import { happens, StoreView } from './store-view.ts';

/** Due times begin a moment after the scene, and end so much later, in milliseconds. */
const BEGINS_IN_MS = 300;
const LASTS_MS = 4000;
/** For whatever has to happen, on a machine that is busy with something else, in milliseconds. */
const PATIENCE_MS = 180_000;
/** After how long without any change a mutant is taken to have left work for good, in milliseconds; an honest store gets more time. */
const MUTANT_STANDSTILL_MS = 8000;

/** The places of the process that a scene is about, and of an honest one that waits for its turn. */
const LEADER = 0;
const UNDERSTUDY = 1;

/** What a scene needs of the stage. */
export interface Scene {
  readonly address: StoreAddress;
  readonly mutant: MutantName | null;
}

/** A process falls asleep between working out fires and recording them; another one does it meanwhile. */
export function stalledCommit(scene: Scene): Promise<Evidence> {
  const parts = [kind({ work: { ms: 10, failsOneIn: 0 } })];
  return play(scene, { parts, stall: { before: 'commitFires', jobId: 'job-0' } }, async ({ fleet, view }) => {
    await fallsAsleep(fleet);
    fleet.begin(UNDERSTUDY);
    await happens(PATIENCE_MS, 'another process records the fires', async () => {
      const job = await view.store.getJob('job-0');
      return job !== null && job.lastFireAt !== null;
    });
    fleet.wake(LEADER);
  });
}

/** A process falls asleep between the end of a body and its report; another one runs it again meanwhile. */
export function stalledFinish(scene: Scene): Promise<Evidence> {
  const parts = [kind({ work: { ms: 800, failsOneIn: 0 }, overlap: 'skip' })];
  return play(scene, { parts, stall: { before: 'finishRuns', jobId: 'job-0' } }, async ({ fleet }) => {
    await fallsAsleep(fleet);
    fleet.begin(UNDERSTUDY);
    await happens(PATIENCE_MS, 'another process begins the run anew', () =>
      bodiesIn(fleet.entries(), 'begins').some(({ attempt }) => attempt > 1),
    );
    fleet.wake(LEADER);
  });
}

/** A process dies in the middle of recording fires, if it is the mutant; another one goes on. */
export function deathInCommit(scene: Scene): Promise<Evidence> {
  return play(scene, { parts: [kind({}), kind({ coalesce: false })] }, async ({ fleet }) => {
    const works = () => claimsIn(fleet.entries()).length > 8;
    await happens(PATIENCE_MS, 'the process dies, or works', () => fleet.isDead(LEADER) || works());
    fleet.begin(UNDERSTUDY);
  });
}

/** More is due than may run at once. */
export function crowd(scene: Scene): Promise<Evidence> {
  const slow = kind({ work: { ms: 700, failsOneIn: 0 }, overlap: 'skip' });
  return play(scene, { parts: [slow, { ...slow, maxInstances: 2 }] }, async ({ fleet }) => {
    fleet.begin(UNDERSTUDY);
  });
}

/** A body takes its process with it; another one is there. */
export function deathInBody(scene: Scene): Promise<Evidence> {
  const deadly = kind({ work: { ms: 10, failsOneIn: 0, isDeadly: true } });
  return play(scene, { parts: [deadly], isOnce: true }, async ({ fleet }) => {
    await happens(PATIENCE_MS, 'the process dies', () => fleet.isDead(LEADER));
    fleet.begin(UNDERSTUDY);
  });
}

/** A process is told to end while bodies that take longer than its leases are running; another one is there to steal them. */
export function drain(scene: Scene, leaseMs: number): Promise<Evidence> {
  const slow = kind({ work: { ms: 2 * leaseMs, failsOneIn: 0 }, maxInstances: 3, overlap: 'skip' });
  return play(scene, { parts: [slow], leaseMs }, async ({ fleet }) => {
    await happens(PATIENCE_MS, 'a body is running', () => bodiesIn(fleet.entries(), 'begins').length > 0);
    fleet.begin(UNDERSTUDY);
    const code = await fleet.drain(LEADER);
    if (code !== 0) throw new Error(`the process that was told to end did so with ${code}`);
  });
}

/** Nothing happens but work. */
export function peace(scene: Scene): Promise<Evidence> {
  return play(scene, { parts: [kind({ work: { ms: 10, failsOneIn: 0 } })] }, async () => undefined);
}

/** What is played: the jobs, and what the leading process is told. */
interface Play {
  readonly parts: readonly Omit<PlannedJob, 'id' | 'startAt' | 'everyMs' | 'endAt'>[];
  /** Each job has a single due time. */
  readonly isOnce?: boolean;
  readonly stall?: Stall;
  readonly leaseMs?: number;
}

interface Stage {
  readonly fleet: Fleet;
  readonly view: StoreView;
}

/**
 * Sets the stage, lets the scene happen, waits for the end of the work, and collects what is left. Due times begin once
 * the processes are there: on a busy machine that may take long.
 */
async function play(
  scene: Scene,
  { parts, isOnce, ...orders }: Play,
  happen: (stage: Stage) => Promise<void>,
): Promise<Evidence> {
  await using fleet = new Fleet();
  await using view = await StoreView.open(scene.address);
  const { address, mutant } = scene;
  fleet.add({ store: address, ...(mutant === null ? {} : { mutant }), ...orders });
  fleet.add({ store: address, ...(orders.leaseMs === undefined ? {} : { leaseMs: orders.leaseMs }), isWaiting: true });
  const starts = () => fleet.entries().filter(({ what }) => what === 'started').length;
  await happens(PATIENCE_MS, 'both processes start', () => starts() === 2);
  const startAt = Date.now() + BEGINS_IN_MS;
  const endAt = startAt + (isOnce === true ? 0 : LASTS_MS);
  const plan = parts.map((part, index) => ({ ...part, ...{ id: `job-${index}`, startAt, everyMs: 200, endAt } }));
  await addJobs(address, plan, mutant);
  view.sample(plan);
  try {
    await happen({ fleet, view });
  } catch (cause) {
    throw new Error(`the processes said: ${fleet.output()}`, { cause });
  }
  const quietAfterMs = await view.quiet(mutant === null ? undefined : MUTANT_STANDSTILL_MS);
  // What processes are still being told is evidence too.
  await fleet.drainAll();
  return { plan, runs: await view.runs(), entries: fleet.entries(), excesses: view.excesses, quietAfterMs };
}

function fallsAsleep(fleet: Fleet): Promise<void> {
  return happens(PATIENCE_MS, 'the process stops itself', () => fleet.entries().some(({ what }) => what === 'stalled'));
}
