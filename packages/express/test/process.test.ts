// A process that serves and schedules: how signals end it, and that it ends by itself. On the package as it is built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { VERSIONS } from './apps.ts';

const built = new URL('../dist/index.js', import.meta.url);
const modules = { 'Express 4': 'express4', 'Express 5': 'express' } as const;

describe.skipIf(!existsSync(built)).each(VERSIONS)('%s (of the built package: `npm test` builds it)', (version) => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A program beside this package, with an app and a scheduler that are not yet tied; what it wrote, and how it ends. */
  function program(body: string) {
    const source = `
      import { setTimeout as sleep } from 'node:timers/promises';
      import { BackgroundScheduler } from '@sched/background';
      import { attachScheduler, schedulerMiddleware } from ${JSON.stringify(built.href)};
      import express from '${modules[version]}';
      const scheduler = new BackgroundScheduler({ logger: null });
      const app = express().use(schedulerMiddleware(scheduler));
      app.get('/state', (req, res) => res.send(req.scheduler.state));
      const server = app.listen(0, '127.0.0.1');
      ${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const ended = once(child, 'exit');
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        text += data;
      });
    }
    const wrote = async (line: string) => {
      while (!text.includes(line)) await Promise.race([once(child.stdout, 'data'), ended]);
    };
    return { child, ended, wrote, text: () => text };
  }

  const working = `
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    await scheduler.addJob(async () => {
      console.log('begun');
      await sleep(300);
      console.log('done');
    });`;

  test.each(['SIGINT', 'SIGTERM'] as const)('at %s lets its runs end, and exits with 0', async (signal) => {
    const { child, ended, wrote, text } = program(`${working}
      // A connection that is kept alive, as browsers and balancers do.
      console.log(await (await fetch('http://127.0.0.1:' + server.address().port + '/state')).text());
      await attached.closed;
      console.log('closed', scheduler.state);`);
    await wrote('begun');
    await wrote('running');
    child.kill(signal);
    expect(await ended, text()).toEqual([0, null]);
    expect(text().split('\n').sort()).toEqual(['', 'begun', 'closed shutdown', 'done', 'running']);
  });

  test('whose own handler closes the server and exits in its callback has drained by then', async () => {
    const { child, ended, wrote, text } = program(`
      process.on('SIGTERM', () => server.close(() => process.exit(7)));
      ${working}`);
    await wrote('begun');
    child.kill('SIGTERM');
    expect(await ended, text()).toEqual([7, null]);
    expect(text()).toBe('begun\ndone\n');
  });

  test('at a second signal ends at once', async () => {
    const { child, ended, wrote, text } = program(`
      const attached = attachScheduler(server, scheduler);
      await attached.started;
      await scheduler.addJob(() => { console.log('begun'); return new Promise(() => {}); });
      while (scheduler.state !== 'stopping') await sleep(5);
      console.log('stopping');`);
    await wrote('begun');
    child.kill('SIGTERM');
    await wrote('stopping');
    child.kill('SIGTERM');
    expect(await ended, text()).toEqual([null, 'SIGTERM']);
  });

  test('ends by itself once the server is closed, whatever is still scheduled', async () => {
    const { ended, text } = program(`
      await scheduler.addJob(() => {}, 'interval', { hours: 1 });
      await attachScheduler(server, scheduler).started;
      server.close(() => console.log(scheduler.state));`);
    expect(await ended, text()).toEqual([0, null]);
    expect(text()).toBe('shutdown\n');
  });

  test('ends with the error of a start that nobody waits for', async () => {
    const { ended, text } = program(`
      await scheduler.addJob(() => {}, 'interval', { hours: 1, jobStore: 'nowhere' });
      attachScheduler(server, scheduler);`);
    expect(await ended, text()).toEqual([1, null]);
    expect(text()).toContain("there is no job store 'nowhere'");
  });
});
