// The life of a scheduler that can be subscribed to: what every flavour promises.
import { existsSync } from 'node:fs';
import type { SchedulerOptions } from '@sched/core';
import { type SchedulerLife, schedulerContract } from '@sched/core/testing';
import { describe, it } from 'vitest';
import { RxScheduler } from '../src/index.ts';

function create(options: SchedulerOptions): SchedulerLife {
  const scheduler = new RxScheduler(options);
  return { scheduler, start: () => scheduler.start(), stop: () => scheduler.shutdown() };
}

const built = new URL('../dist/index.js', import.meta.url);

/** In a program that shuts down on SIGTERM, as one does beside which the scheduler runs. */
const program = `
  import { RxScheduler } from ${JSON.stringify(built.href)};
  async function create(options) {
    const scheduler = new RxScheduler(options);
    const stop = async () => {
      process.off('SIGTERM', stop);
      await scheduler.shutdown();
    };
    const start = async () => {
      await scheduler.start();
      process.once('SIGTERM', stop);
    };
    return { scheduler, start, stop };
  }
`;

const subject = { name: 'RxScheduler', create };
// The package as it is built: `npm test` builds it.
schedulerContract(existsSync(built) ? { ...subject, program } : subject, { describe, it });
