// What tests of the scheduler work with: one under a virtual clock, its events, and tasks that note down their runs.
import { type AnySchedulerEvent, currentRun, MemoryStore, Scheduler, type SchedulerOptions } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

/** A scheduler and its time, which begins at `now`. */
export class Bench {
  readonly clock: VirtualClock;
  readonly scheduler: Scheduler;
  /** Every event so far. */
  readonly events: AnySchedulerEvent[] = [];

  constructor(options: SchedulerOptions = {}, now = '2026-01-01T00:00:00Z', clock = new VirtualClock({ now })) {
    this.clock = clock;
    this.scheduler = new Scheduler({ clock, logger: null, ...options });
    this.scheduler.on('*', (event) => this.events.push(event));
  }

  /** The names of the events so far that begin with a prefix, in order. */
  readonly told = (prefix = ''): string[] => {
    return this.events.map((event) => event.type).filter((type) => type.startsWith(prefix));
  };

  /** Lets what was begun come to its end without any time passing. */
  readonly settle = async (): Promise<void> => {
    for (let round = 0; round < 5; round++) await this.clock.settle();
  };

  /** Seconds pass, and what they bring comes to its end. */
  readonly seconds = async (count: number): Promise<void> => {
    await this.clock.advance(count * SECOND);
    await this.settle();
  };

  /** The states of a job's runs, oldest first. */
  readonly states = async (jobId: string): Promise<string[]> => {
    return (await this.scheduler.getRuns({ jobId })).map((run) => run.state).reverse();
  };
}

/** A scheduler that has started. */
export async function started(options: SchedulerOptions = {}): Promise<Bench> {
  const bench = new Bench(options);
  await bench.scheduler.start();
  return bench;
}

/** A store that does not open while `refuses` is set. */
export class RefusingStore extends MemoryStore {
  refuses = true;
  closed = 0;

  override async open(context: Parameters<MemoryStore['open']>[0]): Promise<void> {
    if (this.refuses) throw new Error('the disk is gone');
    await super.open(context);
  }

  override async close(): Promise<void> {
    this.closed++;
    await super.close();
  }
}

/** One run as its task saw it. */
export interface Noted {
  readonly at: string;
  readonly fireTime: string;
  readonly args: readonly unknown[];
}

/** A task that notes down when it ran, for which fire time, and with what. */
export function recorder(clock: VirtualClock) {
  const runs: Noted[] = [];
  const task = (...args: readonly unknown[]) => {
    runs.push({ at: short(clock.now()), fireTime: short(currentRun()?.fireTime.getTime() ?? Number.NaN), args });
  };
  return { runs, task, fireTimes: () => runs.map((run) => run.fireTime) };
}

/** An instant as short ISO text: `2026-01-01T00:00:00Z`. */
export function short(instant: Date | number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}

/** A promise that is settled from outside. */
export function gate<Value = void>() {
  let open: (value: Value) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const opened = new Promise<Value>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open: (value: Value) => open(value), fail: (error: unknown) => fail(error) };
}

/** The error a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to be refused');
}
