// The life of a scheduler that is the program: what every flavour promises, here with a start() that lasts until the end.
import { existsSync } from 'node:fs';
import type { SchedulerOptions } from '@sched/core';
import { type SchedulerLife, schedulerContract } from '@sched/core/testing';
import { describe, it } from 'vitest';
import { BlockingScheduler } from '../src/index.ts';

function create(options: SchedulerOptions): SchedulerLife {
  const scheduler = new BlockingScheduler(options);
  let ended = Promise.resolve();
  return {
    scheduler,
    start: () =>
      new Promise((resolve, reject) => {
        scheduler.on('scheduler:started', resolve);
        ended = scheduler.start();
        ended.catch(reject);
      }),
    stop: async () => {
      await scheduler.shutdown();
      await ended.catch(() => {});
    },
  };
}

const built = new URL('../dist/index.js', import.meta.url);

/** The same in a program: signals are the scheduler's own affair. */
const program = `
  import { BlockingScheduler } from ${JSON.stringify(built.href)};
  async function create(options) {
    const scheduler = new BlockingScheduler(options);
    let ended;
    return {
      scheduler,
      start: () => new Promise((resolve, reject) => {
        scheduler.on('scheduler:started', resolve);
        ended = scheduler.start();
        ended.catch(reject);
      }),
      stop: async () => {
        await scheduler.shutdown();
        await ended;
      },
    };
  }
`;

const subject = { name: 'BlockingScheduler', create, holdsProcess: true };
// The package as it is built: `npm test` builds it.
schedulerContract(existsSync(built) ? { ...subject, program } : subject, { describe, it });
