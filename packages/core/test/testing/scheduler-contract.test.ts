// The scheduler contract holds for the scheduler of this package, and is not kept by broken ones.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../src/index.ts';
import { type SchedulerLife, type SchedulerSubject, schedulerContract } from '../../src/testing/index.ts';

const built = new URL('../../dist/index.js', import.meta.url);

/** A life as a program of this package's own scheduler writes it. */
function lifeOf(scheduler: Scheduler): SchedulerLife {
  const stop = async () => {
    process.off('SIGTERM', stop);
    await scheduler.shutdown();
  };
  return {
    scheduler,
    start: async () => {
      await scheduler.start();
      process.once('SIGTERM', stop);
    },
    stop,
  };
}

/** The same as text. */
const LIFE = `(scheduler) => {
  const stop = async () => {
    process.off('SIGTERM', stop);
    await scheduler.shutdown();
  };
  const start = async () => {
    await scheduler.start();
    process.once('SIGTERM', stop);
  };
  return { scheduler, start, stop };
}`;

/** A program whose schedulers are made, and live, in this way. */
const programOf = (life: string, scheduler = 'new Scheduler(options)') => `
  import { Scheduler, systemClock } from ${JSON.stringify(built.href)};
  const lifeOf = ${life};
  const create = async (options) => lifeOf(${scheduler});
`;

const SUBJECT: SchedulerSubject = { name: 'Scheduler', create: (options) => lifeOf(new Scheduler(options)) };
const PROCESS = { program: programOf(LIFE), holdsProcess: true };

schedulerContract(existsSync(built) ? { ...SUBJECT, ...PROCESS } : SUBJECT, { describe, it });

/** The titles of the cases that a flavour fails. */
async function failedCases(subject: SchedulerSubject): Promise<string[]> {
  const cases: [string, () => Promise<void>][] = [];
  schedulerContract(subject, {
    describe: (_, body) => body(),
    it: (title, body) => cases.push([title, body]),
  });
  const failed: string[] = [];
  for (const [title, body] of cases) await body().catch(() => failed.push(title));
  return failed;
}

/** A flavour of which one thing is wrong. */
function broken(fault: (scheduler: Scheduler) => Partial<SchedulerLife>): SchedulerSubject {
  return {
    name: 'broken',
    create: (options) => {
      const scheduler = new Scheduler(options);
      return { scheduler, start: () => scheduler.start(), stop: () => scheduler.shutdown(), ...fault(scheduler) };
    },
  };
}

const NOTHING_LEFT = 'leaves nothing behind over 50 lives';

describe('the scheduler contract finds', () => {
  it('nothing wrong with what is right', async () => {
    expect(await failedCases(broken(() => ({})))).toEqual([]);
  });

  it('a stop that does not wait', async () => {
    const subject = broken((scheduler) => ({
      stop: async () => {
        void scheduler.shutdown();
      },
    }));
    expect(await failedCases(subject)).toContain('lets what executes come to its end before it has stopped');
  });

  it('a stop that aborts', async () => {
    const subject = broken((scheduler) => ({ stop: () => scheduler.shutdown({ wait: false }) }));
    expect(await failedCases(subject)).toEqual(['lets what executes come to its end before it has stopped']);
  });

  it('a stop that does nothing', async () => {
    const failed = await failedCases(broken((scheduler) => ({ stop: async () => void scheduler.state })));
    expect(failed).toContain('fires once it has started, and nothing once it has stopped');
  });

  it('a stop that fails the second time', async () => {
    const subject = broken((scheduler) => ({
      stop: async () => {
        if (scheduler.state === 'shutdown') throw new Error('stopped already');
        await scheduler.shutdown();
      },
    }));
    expect(await failedCases(subject)).toContain('stops twice as if once, one after the other and at the same time');
  });

  it('a stop before the start that is forgotten by then', async () => {
    const subject = broken((scheduler) => ({
      stop: async () => {
        await scheduler.start().catch(() => {});
        await scheduler.shutdown();
      },
    }));
    expect(await failedCases(subject)).toContain('stops before its start: nothing has begun, and nothing is told');
  });

  it('a start that fails in silence', async () => {
    const subject = broken((scheduler) => ({ start: () => scheduler.start().catch(() => {}) }));
    expect(await failedCases(subject)).toEqual(['tells of a start that fails, and holds nothing after it']);
  });

  it('a start that is not seen by a stop', async () => {
    const subject = broken((scheduler) => ({
      start: async () => await new Promise((resolve) => setImmediate(resolve)).then(() => scheduler.start()),
    }));
    expect(await failedCases(subject)).toEqual(['stops while it starts']);
  });

  it('a timer that is left', async () => {
    const subject = broken((scheduler) => ({
      start: async () => {
        scheduler.clock.setTimer(86_400_000, () => {});
        await scheduler.start();
      },
    }));
    expect(await failedCases(subject)).toContain(NOTHING_LEFT);
  });

  it('a listener that is left', async () => {
    const left: (() => void)[] = [];
    const subject = broken((scheduler) => ({
      start: async () => {
        const listener = () => void scheduler.shutdown();
        left.push(listener);
        process.on('SIGUSR2', listener);
        await scheduler.start();
      },
    }));
    expect(await failedCases(subject)).toContain(NOTHING_LEFT);
    for (const listener of left) process.off('SIGUSR2', listener);
  });
});

describe.skipIf(!existsSync(built))('in a process of its own it finds', () => {
  const inProcess = async (more: Partial<SchedulerSubject>) => await failedCases({ ...SUBJECT, ...PROCESS, ...more });

  it('a signal that is not heeded', async () => {
    const life = '(scheduler) => ({ scheduler, start: () => scheduler.start(), stop: () => scheduler.shutdown() })';
    expect(await inProcess({ program: programOf(life) })).toEqual([
      'at SIGTERM lets what executes come to its end, and then ends the process',
    ]);
  });

  it('a process that is not held', async () => {
    const program = programOf(LIFE, 'new Scheduler(options, systemClock({ keepAlive: false }))');
    expect(await inProcess({ program })).toEqual([
      'holds the process though nothing else does, until it is told to end',
    ]);
    expect(await inProcess({ program, holdsProcess: false })).toEqual([]);
  });

  it('listeners that are left', async () => {
    const life = LIFE.replace("process.off('SIGTERM', stop)", '');
    expect(await inProcess({ program: programOf(life) })).toEqual([
      'leaves no timer, handle or listener behind over fifty lives, and ends',
    ]);
  });
});
