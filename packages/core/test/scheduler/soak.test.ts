// Tasks that succeed, fail, hang, crash and take long on every executor at once, for a while: every due time is accounted for,
// and nothing piles up. SCHED_SOAK_SECONDS=600 makes it ten minutes.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  type AnySchedulerEvent,
  defineTask,
  type JobSettings,
  MemoryStore,
  nextFireTimes,
  type Run,
  Scheduler,
  type Trigger,
} from '../../src/index.ts';
import { type ExecutorTask, executorTasksUrl } from '../../src/testing/index.ts';

const SECONDS = Number(process.env['SCHED_SOAK_SECONDS'] ?? 10);
/** How much the heap may have grown, in bytes, whatever the time: what a collection leaves behind differs by less. */
const LEEWAY_BYTES = 12 * 1024 * 1024;

/** What is soaked, and how each of its runs may end. */
interface Subject {
  readonly task: ExecutorTask;
  readonly args?: readonly unknown[];
  readonly policies?: JobSettings;
  readonly ends: readonly Run['state'][];
  /** Left out where the task would take the scheduler down with it. */
  readonly executors: readonly string[];
}

const ALL = ['local', 'threads', 'processes'];
const WORKERS = ['threads', 'processes'];
const SUBJECTS: readonly Subject[] = [
  { task: 'echoLater', args: ['well'], ends: ['succeeded'], executors: ALL },
  { task: 'fail', args: ['no luck'], ends: ['failed'], executors: ALL },
  {
    task: 'throwTextLater',
    args: ['just text'],
    policies: { retry: { maxAttempts: 2, delay: 0.1 } },
    ends: ['failed'],
    executors: ALL,
  },
  { task: 'hang', policies: { timeout: 0.7 }, ends: ['timed-out'], executors: ALL },
  // Longer than the time between two due times: every other one meets the one before.
  { task: 'hang', policies: { timeout: 1.5, overlap: 'replace' }, ends: ['timed-out', 'cancelled'], executors: ALL },
  { task: 'block', policies: { timeout: 0.7 }, ends: ['timed-out'], executors: WORKERS },
  { task: 'endWorker', args: [7], ends: ['lost'], executors: WORKERS },
  { task: 'throwOutside', args: ['nobody waits'], ends: ['lost'], executors: WORKERS },
  { task: 'killWorker', ends: ['lost'], executors: ['processes'] },
];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held at a moment, after all that can go has gone. */
function held() {
  collectGarbage();
  return { heapBytes: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
}

/** How the runs of one job ended. */
class Account {
  readonly trigger: Trigger;
  readonly subject: Subject;
  readonly ends = new Map<string, number>();
  /** Due times that its runs stand for. */
  dueTimes = 0;
  lastFireAt = 0;
  readonly #open = new Set<string>();

  constructor(trigger: Trigger, subject: Subject) {
    this.trigger = trigger;
    this.subject = subject;
  }

  note({ id, state, outcome, coalesced, fireTime }: Run): void {
    if (outcome === null) return void this.#open.add(id);
    this.#open.delete(id);
    this.ends.set(state, (this.ends.get(state) ?? 0) + 1);
    this.dueTimes += 1 + coalesced;
    this.lastFireAt = Math.max(this.lastFireAt, fireTime.getTime());
  }

  /** Runs that began and were not told to have ended. */
  get open(): number {
    return this.#open.size;
  }
}

function soaked(): Scheduler {
  return new Scheduler({
    logger: null,
    // Little history: what is kept must not look like something that piles up.
    jobStores: { default: new MemoryStore({ maxHistory: 100 }) },
    executors: {
      local: { type: 'local', maxWorkers: 20 },
      threads: { type: 'threadpool', maxWorkers: 8, killGrace: 0.1 },
      processes: { type: 'processpool', maxWorkers: 8, killGrace: 0.1 },
    },
  });
}

test(
  `for ${SECONDS} s: memory and handles stay flat, and every due time is accounted for`,
  async () => {
    const before = held();
    const scheduler = soaked();
    const accounts = new Map<string, Account>();
    scheduler.on('*', (event: AnySchedulerEvent) => {
      if ('run' in event) accounts.get(event.jobId)?.note(event.run);
    });
    await scheduler.start();
    const from = Date.now();
    for (const [n, subject] of SUBJECTS.entries()) {
      const { task: name, args = [], policies } = subject;
      const task = defineTask(`${name}-${n}`, { module: new URL(executorTasksUrl), export: name });
      for (const executor of subject.executors) {
        const settings = { ...policies, args, executor, id: `${name}-${n} on ${executor}` };
        const job = await scheduler.addJob(task, 'interval', { seconds: 1, ...settings });
        accounts.set(job.id, new Account(job.trigger, subject));
      }
    }
    await sleep((SECONDS * 1000) / 2);
    const halfway = held();
    await sleep((SECONDS * 1000) / 2);
    const end = held();
    for (const id of accounts.keys()) await scheduler.pauseJob(id);
    // What is under way comes to its end by itself: by its timeout, or after its last attempt.
    for (let look = 0; look < 600 && [...accounts.values()].some(({ open }) => open > 0); look++) await sleep(50);
    await scheduler.shutdown();
    let after = held();
    // Workers that were killed take a moment to be gone.
    for (let look = 0; look < 100 && after.handles > before.handles; look++) {
      await sleep(50);
      after = held();
    }
    for (const [id, account] of accounts) {
      const until = account.lastFireAt;
      const due = nextFireTimes(account.trigger, { from, until, count: 100_000 });
      expect([id, account.dueTimes, account.open]).toEqual([id, due.length, 0]);
      expect(due.length, id).toBeGreaterThan(0);
      // On a busy machine a run may meet the one before.
      const allowed = new Set<string>([...account.subject.ends, 'skipped']);
      expect([id, [...account.ends.keys()].filter((state) => !allowed.has(state))]).toEqual([id, []]);
    }
    console.log(report([...accounts.values()], { halfway, end }));
    expect(end.heapBytes - halfway.heapBytes).toBeLessThan(LEEWAY_BYTES);
    expect(after.handles).toBeLessThanOrEqual(before.handles);
  },
  SECONDS * 1000 + 120_000,
);

function report(
  accounts: readonly Account[],
  { halfway, end }: { readonly halfway: ReturnType<typeof held>; readonly end: ReturnType<typeof held> },
): string {
  const ends = new Map<string, number>();
  for (const account of accounts)
    for (const [state, count] of account.ends) ends.set(state, (ends.get(state) ?? 0) + count);
  const due = accounts.reduce((sum, account) => sum + account.dueTimes, 0);
  const outcomes = [...ends].sort().map(([state, count]) => `${count} ${state}`);
  const megabytes = ({ heapBytes }: ReturnType<typeof held>) => (heapBytes / 1024 / 1024).toFixed(1);
  return (
    `soak of ${SECONDS} s, ${accounts.length} jobs: ${due} due times, all accounted for (${outcomes.join(', ')}); ` +
    `heap ${megabytes(halfway)} MiB half-way, ${megabytes(end)} MiB at the end; handles ${halfway.handles} and ${end.handles}`
  );
}
