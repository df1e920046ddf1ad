// What a user would take instead on the same server: how fast it works off jobs that are all there, and how late it starts one.
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { makeWorkerUtils, run } from 'graphile-worker';
import PgBoss from 'pg-boss';
import type { Backend } from './backends.ts';

/** What was measured of a peer. */
export interface PeerFigures {
  readonly name: string;
  /** Jobs worked off a second; null where it was not measured. */
  readonly rate: number | null;
  /** Delays from due time to start in milliseconds, sorted. */
  readonly lags: readonly number[];
}

/** The peers on each server. */
export const PEERS: {
  readonly [backend: string]: readonly ((backend: Backend, count: number) => Promise<PeerFigures>)[];
} = {
  PostgreSQL: [pgBoss, graphileWorker],
  Redis: [bullmqQueue, bullmqSchedulers],
};

/** A count of what was done, and when the last of it was. */
class Finish {
  readonly #wanted: number;
  readonly #started = performance.now();
  #done = 0;
  #resolve: () => void = () => {};
  readonly all = new Promise<void>((resolve) => {
    this.#resolve = resolve;
    setTimeout(resolve, 60_000).unref();
  });

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  one(count = 1): void {
    this.#done += count;
    if (this.#done >= this.#wanted) this.#resolve();
  }

  rate(): number {
    return this.#done / ((performance.now() - this.#started) / 1000);
  }
}

const LAG_SAMPLES = 40;

async function pgBoss({ url }: Backend, count: number): Promise<PeerFigures> {
  const schema = `pgboss_${process.pid}`;
  const boss = new PgBoss({ connectionString: url, schema });
  boss.on('error', () => {});
  await boss.start();
  try {
    await boss.createQueue('bench');
    for (let first = 0; first < count; first += 1000)
      await boss.insert(Array.from({ length: Math.min(1000, count - first) }, () => ({ name: 'bench', data: {} })));
    const finish = new Finish(count);
    await boss.work('bench', { batchSize: 1000, pollingIntervalSeconds: 0.5 }, async (jobs) => finish.one(jobs.length));
    await finish.all;
    const rate = finish.rate();
    await boss.offWork('bench');
    const lags: number[] = [];
    await boss.createQueue('lag');
    await boss.work<{ at: number }>('lag', { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      if (job !== undefined) lags.push(Date.now() - job.data.at);
    });
    for (let sample = 0; sample < LAG_SAMPLES; sample++) {
      await boss.send('lag', { at: Date.now() });
      await sleep(250);
    }
    await sleep(2000);
    return { name: 'pg-boss', rate, lags: sorted(lags) };
  } finally {
    await boss.stop({ graceful: false });
  }
}

async function graphileWorker({ url }: Backend, count: number): Promise<PeerFigures> {
  const schema = `graphile_${process.pid}`;
  const utils = await makeWorkerUtils({ connectionString: url, schema });
  await utils.migrate();
  for (let first = 0; first < count; first += 500)
    await Promise.all(Array.from({ length: Math.min(500, count - first) }, () => utils.addJob('bench', {})));
  const finish = new Finish(count);
  const lags: number[] = [];
  const silent = { error() {}, warn() {}, info() {}, debug() {}, scope: () => silent } as never;
  const runner = await run({
    ...{ connectionString: url, schema, concurrency: 100, maxPoolSize: 20, logger: silent, noHandleSignals: true },
    taskList: {
      bench: async () => finish.one(),
      lag: async (payload) => void lags.push(Date.now() - (payload as { at: number }).at),
    },
  });
  try {
    await finish.all;
    const rate = finish.rate();
    for (let sample = 0; sample < LAG_SAMPLES; sample++) {
      await utils.addJob('lag', { at: Date.now() });
      await sleep(50);
    }
    await sleep(500);
    return { name: 'graphile-worker', rate, lags: sorted(lags) };
  } finally {
    await runner.stop();
    await utils.release();
  }
}

async function bullmqQueue({ url }: Backend, count: number): Promise<PeerFigures> {
  const connection = { url, maxRetriesPerRequest: null };
  const queue = new Queue(`bench-${process.pid}`, { connection });
  try {
    for (let first = 0; first < count; first += 1000)
      await queue.addBulk(Array.from({ length: Math.min(1000, count - first) }, () => ({ name: 'noop', data: {} })));
    const finish = new Finish(count);
    const worker = new Worker(queue.name, async () => finish.one(), { connection, concurrency: 300 });
    await finish.all;
    const rate = finish.rate();
    await worker.close();
    return { name: 'BullMQ queue', rate, lags: [] };
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

/** As many schedulers as fires are wanted a second, each once a second. */
const SCHEDULERS = 10_000;

async function bullmqSchedulers({ url }: Backend): Promise<PeerFigures> {
  const connection = { url, maxRetriesPerRequest: null };
  const queue = new Queue(`schedulers-${process.pid}`, { connection });
  try {
    for (let first = 0; first < SCHEDULERS; first += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, index) =>
          queue.upsertJobScheduler(
            `job-${first + index}`,
            { every: 1000 },
            { name: 'noop', opts: { removeOnComplete: true } },
          ),
        ),
      );
    }
    const lags: number[] = [];
    const worker = new Worker(
      queue.name,
      async (job) => void lags.push(Date.now() - (job.timestamp + (job.delay ?? 0))),
      { connection, concurrency: 300 },
    );
    await sleep(3000);
    lags.length = 0;
    const start = performance.now();
    await sleep(6000);
    const rate = lags.length / ((performance.now() - start) / 1000);
    await worker.close();
    return { name: `BullMQ, ${SCHEDULERS.toLocaleString('en')} schedulers of 1 s`, rate, lags: sorted(lags) };
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

function sorted(lags: readonly number[]): readonly number[] {
  return [...lags].sort((a, b) => a - b);
}
