// The scheduler that is the program: start() holds until shutdown, and signals end it in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { VirtualClock } from '@sched/core/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { BlockingScheduler } from '../src/index.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const;

/** Whether a promise has been settled once everything that can has. */
async function isSettled(promise: Promise<unknown>, clock: VirtualClock): Promise<boolean> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  await clock.settle();
  return settled;
}

describe('start', () => {
  const listeners = SIGNALS.map((signal) => process.listenerCount(signal));
  afterEach(() => {
    expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(listeners);
  });

  function bench() {
    const clock = new VirtualClock();
    return { clock, scheduler: new BlockingScheduler({ clock, logger: null }) };
  }

  test('holds until shutdown, and jobs fire meanwhile', async () => {
    const { clock, scheduler } = bench();
    let ran = 0;
    await scheduler.addJob(
      () => {
        ran++;
      },
      'interval',
      { seconds: 10 },
    );
    const ended = scheduler.start();
    await clock.advance(7200_000);
    expect(await isSettled(ended, clock)).toBe(false);
    expect(ran).toBe(720);
    await scheduler.shutdown();
    await ended;
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });

  test('holds while paused, too', async () => {
    const { clock, scheduler } = bench();
    const ended = scheduler.start({ paused: true });
    await clock.advance(7200_000);
    expect([scheduler.state, clock.waiting > 0, await isSettled(ended, clock)]).toEqual(['paused', true, false]);
    await scheduler.shutdown();
    await ended;
  });

  test('that fails holds nothing, and can be tried again', async () => {
    const { clock, scheduler } = bench();
    await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a', jobStore: 'nowhere' });
    await expect(scheduler.start()).rejects.toMatchObject({ code: 'unknown-job-store' });
    expect(clock.waiting).toBe(0);
    await scheduler.removeJob('a');
    const ended = scheduler.start();
    await clock.settle();
    await scheduler.shutdown();
    await ended;
  });

  test('a second time is refused, and the first still ends', async () => {
    const { clock, scheduler } = bench();
    const ended = scheduler.start();
    await clock.settle();
    await expect(scheduler.start()).rejects.toMatchObject({ code: 'scheduler-state' });
    await scheduler.shutdown();
    await ended;
    expect(clock.waiting).toBe(0);
  });

  test('after a shutdown that came before it holds as ever', async () => {
    const { clock, scheduler } = bench();
    await scheduler.shutdown();
    const ended = scheduler.start();
    expect(await isSettled(ended, clock)).toBe(false);
    await scheduler.shutdown();
    await ended;
  });

  test('ends at a shutdown that comes while it opens', async () => {
    const { clock, scheduler } = bench();
    const ended = scheduler.start();
    await scheduler.shutdown();
    await ended;
    expect(clock.waiting).toBe(0);
  });

  test('waits for the drain, not only for the call of shutdown', async () => {
    const { clock, scheduler } = bench();
    await scheduler.addJob(() => new Promise((resolve) => clock.setTimer(5000, () => resolve(null))), 'interval', {
      seconds: 10,
    });
    const ended = scheduler.start();
    await clock.advance(10_000);
    const closing = scheduler.shutdown();
    await clock.advance(4000);
    expect(await isSettled(ended, clock)).toBe(false);
    await clock.advance(1000);
    await Promise.all([ended, closing]);
  });

  test('a signal of one’s choice ends it within the limit that is given', async () => {
    const { clock, scheduler } = bench();
    await scheduler.addJob(() => new Promise(() => {}), 'interval', { seconds: 10 });
    const ended = scheduler.start({ signals: ['SIGUSR2'], shutdown: { timeout: 3 } });
    await clock.advance(10_000);
    process.emit('SIGUSR2', 'SIGUSR2');
    await clock.advance(2999);
    expect(await isSettled(ended, clock)).toBe(false);
    await clock.advance(1);
    await ended;
  });
});

const built = new URL('../dist/index.js', import.meta.url);

describe.skipIf(!existsSync(built))('a process (of the built package: `npm test` builds it)', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A process over the built package; what it wrote so far, and how it ends. */
  function program(body: string) {
    const source = `import { BlockingScheduler } from ${JSON.stringify(built.href)};\n${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const ended = once(child, 'exit');
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data;
    });
    const wrote = async (line: string) => {
      while (!text.includes(line)) await once(child.stdout, 'data');
    };
    return { child, ended, wrote, text: () => text };
  }

  const drains = `
    const scheduler = new BlockingScheduler({ logger: null });
    await scheduler.addJob(async () => {
      console.log('begun');
      await new Promise((resolve) => setTimeout(resolve, 300));
      console.log('done');
    }, 'date', { id: 'a' });
    await scheduler.start();
    console.log('after', scheduler.state);
  `;

  test.each(['SIGINT', 'SIGTERM'] as const)('at %s lets its runs end, and exits with 0', async (signal) => {
    const { child, ended, wrote, text } = program(drains);
    await wrote('begun');
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(text()).toBe('begun\ndone\nafter shutdown\n');
  });

  test('at a second signal ends at once', async () => {
    const { child, ended, wrote, text } = program(`
      const scheduler = new BlockingScheduler({ logger: null });
      await scheduler.addJob(() => { console.log('begun'); return new Promise(() => {}); }, 'date', { id: 'a' });
      const poll = setInterval(() => { if (scheduler.state === 'stopping') { console.log('stopping'); clearInterval(poll); } }, 5);
      await scheduler.start();
    `);
    await wrote('begun');
    child.kill('SIGTERM');
    await wrote('stopping');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(text()).not.toContain('after');
  });

  test('without any job is held all the same', async () => {
    const { child, ended, wrote } = program(`
      const scheduler = new BlockingScheduler({ logger: null });
      scheduler.on('scheduler:started', () => setTimeout(() => console.log('held'), 100));
      await scheduler.start({ paused: true });
    `);
    await wrote('held');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});
