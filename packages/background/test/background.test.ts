// The scheduler beside a program: it fires while the program lives, and never keeps it alive.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { VirtualClock } from '@sched/core/testing';
import { describe, expect, test } from 'vitest';
import { BackgroundScheduler } from '../src/index.ts';

const built = new URL('../dist/index.js', import.meta.url);

/** Runs a program over the built package until it ends by itself; what it wrote. A program that does not end is killed, and fails. */
async function output(program: string): Promise<string> {
  const source = `import { BackgroundScheduler } from ${JSON.stringify(built.href)};\n${program}`;
  const options = { timeout: 20_000, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], options);
  return stdout;
}

describe.skipIf(!existsSync(built))('a process with a scheduler (of the built package: `npm test` builds it)', () => {
  test('ends by itself when only the scheduler is left', async () => {
    const written = await output(`
      const scheduler = new BackgroundScheduler();
      await scheduler.addJob(() => console.log('ran'), 'interval', { hours: 1 });
      await scheduler.start();
      await scheduler.addJob(() => console.log('ran'), 'interval', { hours: 2 });
      console.log('the program is at its end, the scheduler', scheduler.state);
    `);
    expect(written).toBe('the program is at its end, the scheduler running\n');
  });

  test('ends by itself while a run is open that waits for nothing', async () => {
    const written = await output(`
      const scheduler = new BackgroundScheduler({ leaseTime: 5 });
      await scheduler.start();
      const started = new Promise((resolve) => scheduler.on('run:started', resolve));
      await scheduler.addJob(() => new Promise(() => {}), undefined, { timeout: 3600 });
      await started;
      console.log('started');
    `);
    expect(written).toBe('started\n');
  });

  test('fires while the program has something else to do', async () => {
    const written = await output(`
      const scheduler = new BackgroundScheduler();
      const work = setInterval(() => {}, 1000);
      await scheduler.addJob(() => { console.log('ran'); clearInterval(work); }, 'interval', { milliseconds: 20, id: 'a' });
      await scheduler.start();
    `);
    expect(written).toMatch(/^(ran\n)+$/);
  });
});

describe('the class', () => {
  test('is a scheduler like any other: options, virtual clock, configuration by strings', async () => {
    const clock = new VirtualClock();
    const scheduler = new BackgroundScheduler({ clock, logger: null });
    let ran = 0;
    await scheduler.start();
    await scheduler.addJob(
      () => {
        ran++;
      },
      'interval',
      { seconds: 10 },
    );
    await clock.advance(30_000);
    expect(ran).toBe(3);
    await scheduler.shutdown();
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
    expect(new BackgroundScheduler({ 'sched.timezone': 'Europe/Berlin' }).configuration.timezone).toBe('Europe/Berlin');
    expect(() => new BackgroundScheduler({ 'sched.timezon': 'UTC' })).toThrow(/^timezon: /);
  });
});
