// The life of a scheduler that is tied to a server: what every flavour promises.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { BackgroundScheduler } from '@sched/background';
import type { SchedulerOptions } from '@sched/core';
import { type SchedulerLife, schedulerContract } from '@sched/core/testing';
import { describe, it } from 'vitest';
import { attachScheduler } from '../src/index.ts';

function create(options: SchedulerOptions): SchedulerLife {
  const scheduler = new BackgroundScheduler(options);
  const server = createServer();
  const attached = attachScheduler(server, scheduler);
  const start = () => {
    server.listen(0, '127.0.0.1');
    return attached.started;
  };
  return { scheduler, start, stop: () => attached.close() };
}

const built = new URL('../dist/index.js', import.meta.url);

const program = `
  import { createServer } from 'node:http';
  import { BackgroundScheduler } from ${JSON.stringify(new URL('../../background/dist/index.js', import.meta.url).href)};
  import { attachScheduler } from ${JSON.stringify(built.href)};
  async function create(options) {
    const scheduler = new BackgroundScheduler(options);
    const server = createServer();
    const attached = attachScheduler(server, scheduler);
    const start = () => {
      server.listen(0, '127.0.0.1');
      return attached.started;
    };
    return { scheduler, start, stop: () => attached.close() };
  }
`;

// What holds the process is the server.
const subject = { name: 'A scheduler attached to a server', create, holdsProcess: true };
// The package as it is built: `npm test` builds it.
schedulerContract(existsSync(built) ? { ...subject, program } : subject, { describe, it });
