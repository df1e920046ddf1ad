// What every flavour of scheduler has to do from its start to its end, as cases for a test runner.
import assert from 'node:assert/strict';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { SchedulerOptions } from '../scheduler/setup/configuration.ts';
import { MemoryStore } from '../stores/memory/memory-store.ts';
import type { ContractRunner } from './contract-runner.ts';
import { processCases } from './scheduler-contract-process.ts';
import { VirtualClock } from './virtual-clock.ts';

/** One life of a scheduler, as a program of its flavour lives it. */
export interface SchedulerLife {
  readonly scheduler: Scheduler;
  /** Starts it; resolves once jobs fire, and rejects when it could not start. */
  start(): Promise<unknown>;
  /** Ends it; resolves once it has ended. Called at any time, and more than once. */
  stop(): Promise<unknown>;
}

/** A flavour of scheduler under test. */
export interface SchedulerSubject {
  /** Heads the cases in the test report. */
  readonly name: string;
  /** A life that has not begun, of a scheduler that is given these options: a virtual clock, no logger. */
  create(options: SchedulerOptions): SchedulerLife | Promise<SchedulerLife>;
  /**
   * The same for processes of their own: the text of an ES module that declares `async function create(options)`, from
   * built packages, and after whose `start()` a SIGTERM ends in `stop()`. Without it there are no cases on processes.
   */
  readonly program?: string;
  /** Whether a scheduler that has started holds its process all by itself. @default false */
  readonly holdsProcess?: boolean;
}

const LIVES = 50;

/**
 * Registers the cases of a scheduler's life that every flavour has to pass. After each of them no timer is left on the
 * clock and no listener on the process.
 *
 * @example schedulerContract({ name: 'Mine', create: (options) => lifeOf(new MyScheduler(options)) }, { describe, it });
 */
export function schedulerContract(subject: SchedulerSubject, { describe, it }: ContractRunner): void {
  const cases: Cases = (title, body) => it(title, () => lived(subject, body));
  describe(`${subject.name} keeps the scheduler contract`, () => {
    startCases(cases);
    stopCases(cases);
    repeatedCases(cases);
    if (subject.program !== undefined) {
      const { program, holdsProcess = false } = subject;
      describe('in a process of its own', () => processCases(program, holdsProcess, it));
    }
  });
}

/** What a case works with. */
interface Bench {
  readonly clock: VirtualClock;
  /** Another life on the same clock. */
  born(options?: SchedulerOptions): Promise<SchedulerLife>;
}

type Cases = (title: string, body: (bench: Bench) => Promise<void>) => void;

/** Plays a case, ends every life it began, and looks for what is left. */
async function lived(subject: SchedulerSubject, body: (bench: Bench) => Promise<void>): Promise<void> {
  const before = listeners();
  const clock = new VirtualClock();
  const lives: SchedulerLife[] = [];
  try {
    await body({
      clock,
      async born(options = {}) {
        const life = await subject.create({ clock, logger: null, ...options });
        lives.push(life);
        return life;
      },
    });
    for (const life of lives) await life.stop();
  } finally {
    // What a case that failed has left running must not disturb the others.
    await Promise.allSettled(lives.map((life) => life.stop()));
  }
  assert.equal(clock.waiting, 0, 'timers are left');
  assert.deepEqual(listeners(), before, 'listeners are left on the process');
}

function startCases(it: Cases): void {
  it('fires once it has started, and nothing once it has stopped', async ({ clock, born }) => {
    const life = await born();
    const fired = await counting(life.scheduler);
    await clock.advance(30_000);
    assert.equal(fired.count, 0);
    await life.start();
    assert.equal(life.scheduler.state, 'running');
    await clock.advance(30_000);
    assert.ok(fired.count > 0);
    await life.stop();
    const count = fired.count;
    await clock.advance(30_000);
    assert.equal(fired.count, count);
  });

  it('tells of a start that fails, and holds nothing after it', async ({ clock, born }) => {
    const before = listeners();
    const life = await born({ jobStores: { default: new RefusingStore() } });
    await assert.rejects(life.start(), /the disk is gone/);
    assert.notEqual(life.scheduler.state, 'running');
    assert.equal(clock.waiting, 0);
    await life.stop();
    assert.deepEqual(listeners(), before);
  });
}

function stopCases(it: Cases): void {
  it('stops before its start: nothing has begun, and nothing is told', async ({ clock, born }) => {
    const life = await born();
    const fired = await counting(life.scheduler);
    const told = ends(life.scheduler);
    await life.stop();
    await life.stop();
    await clock.advance(30_000);
    assert.deepEqual([fired.count, told.count], [0, 0]);
    assert.notEqual(life.scheduler.state, 'running');
  });

  it('stops twice as if once, one after the other and at the same time', async ({ born }) => {
    const life = await born();
    const told = ends(life.scheduler);
    await life.start();
    await Promise.all([life.stop(), life.stop()]);
    await life.stop();
    assert.deepEqual([life.scheduler.state, told.count], ['shutdown', 1]);
  });

  it('stops while it starts', async ({ clock, born }) => {
    const life = await born();
    const fired = await counting(life.scheduler);
    // Whether a start that was overtaken counts as one is the flavour's to say.
    const starting = life.start().catch(() => {});
    await life.stop();
    await starting;
    assert.notEqual(life.scheduler.state, 'running');
    assert.equal(clock.waiting, 0);
    await clock.advance(30_000);
    assert.equal(fired.count, 0);
  });

  it('lets what executes come to its end before it has stopped', async ({ clock, born }) => {
    const life = await born();
    const order: string[] = [];
    const work = async () => {
      order.push('begun');
      await new Promise<void>((resolve) => clock.setTimer(5000, resolve));
      order.push('done');
    };
    await life.scheduler.addJob(work, 'interval', { seconds: 10 });
    await life.start();
    await clock.advance(10_000);
    const stopping = life.stop().then(() => order.push('stopped'));
    await clock.advance(4000);
    assert.deepEqual(order, ['begun']);
    await clock.advance(1000);
    await stopping;
    assert.deepEqual(order, ['begun', 'done', 'stopped']);
  });
}

function repeatedCases(it: Cases): void {
  it(`leaves nothing behind over ${LIVES} lives`, async ({ clock, born }) => {
    const before = listeners();
    for (let n = 0; n < LIVES; n++) {
      const life = await born();
      const fired = await counting(life.scheduler);
      await life.start();
      await clock.advance(10_000);
      await life.stop();
      assert.equal(fired.count, 1);
      assert.equal(clock.waiting, 0);
      assert.deepEqual(listeners(), before);
    }
  });
}

/** Adds a job for every ten seconds; answers how often it has run. */
async function counting(scheduler: Scheduler): Promise<{ readonly count: number }> {
  const fired = { count: 0 };
  const fire = () => {
    fired.count++;
  };
  await scheduler.addJob(fire, 'interval', { seconds: 10 });
  return fired;
}

/** How often the scheduler has told of its end. */
function ends(scheduler: Scheduler): { readonly count: number } {
  const told = { count: 0 };
  scheduler.on('scheduler:shutdown', () => {
    told.count++;
  });
  return told;
}

/** How many listen to each event of this process. */
function listeners(): Readonly<Record<string, number>> {
  return Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

/** A store that cannot be opened. */
class RefusingStore extends MemoryStore {
  override async open(): Promise<void> {
    throw new Error('the disk is gone');
  }
}
