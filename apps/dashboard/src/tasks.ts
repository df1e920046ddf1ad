// The tasks of the demo: they take their time, say how far they are, and fail now and then.
import { type Clock, currentRun, defineTask } from '@sched/core';

/** What tasks wait by, and roll dice with. */
export type Pace = Clock;

const SECOND_MS = 1000;

/** Each task goes by this clock, virtual or real. */
export function tasksAt(clock: Pace) {
  const wait = (seconds: number) =>
    new Promise<void>((resolve, reject) => {
      const signal = currentRun()?.signal;
      const timer = clock.setTimer(seconds * SECOND_MS, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort);
    });
  const about = (seconds: number) => seconds * (0.5 + clock.random() ** 3 * 4);
  const failing = (share: number, message: string) => {
    if (clock.random() < share) throw new Error(message);
  };
  return [
    defineTask('sync', async (service: string) => {
      currentRun()?.log(`asking ${service} for changes`);
      await wait(about(1.2));
      failing(service === 'stripe' ? 0.06 : 0.01, `429 Too Many Requests from api.${service}.example`);
      currentRun()?.log(`${Math.floor(clock.random() * 400)} records are new`);
    }),
    defineTask('report', async (name: string) => await report(name, wait)),
    defineTask('transcode', async () => {
      await wait(about(14));
      failing(0.02, 'moov atom not found: the upload is broken');
    }),
    defineTask('backup', async (database: string) => {
      await steps(['locking', 'copying', 'verifying', 'uploading'], () => wait(about(40)));
      return { database, bytes: Math.floor(2e9 + clock.random() * 1e9) };
    }),
    defineTask('probe', async (host: string) => {
      await wait(about(0.2));
      failing(0.004, `connect ECONNREFUSED ${host}:443`);
    }),
    defineTask('housekeeping', async () => await wait(about(0.6))),
    defineTask('mail', async (list: string) => {
      await steps([`reading ${list}`, 'rendering', 'sending'], () => wait(about(6)));
    }),
  ];
}

async function report(name: string, wait: (seconds: number) => Promise<void>): Promise<{ pages: number }> {
  const pages = 12;
  for (let page = 1; page <= pages; page++) {
    currentRun()?.progress(page / pages, `${name}: page ${page} of ${pages}`);
    currentRun()?.log(`page ${page} written`);
    await wait(2.5);
  }
  return { pages };
}

async function steps(names: readonly string[], wait: () => Promise<void>): Promise<void> {
  for (const [at, name] of names.entries()) {
    currentRun()?.progress(at / names.length, name);
    currentRun()?.log(name);
    await wait();
  }
}
