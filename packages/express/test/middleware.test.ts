// `req.scheduler`, on both versions of Express, over real HTTP.
import type { ErrorRequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { attachScheduler, schedulerMiddleware } from '../src/index.ts';
import { bench, gate, listening, VERSIONS } from './apps.ts';
import { GatedStore, RefusingStore } from './stores.ts';

describe.each(VERSIONS)('%s', (_name, express) => {
  test('req.scheduler is the scheduler: routes add jobs and list them', async () => {
    const { scheduler } = bench();
    const app = express();
    app.use(express.json(), schedulerMiddleware(scheduler));
    app.post('/jobs/:id', async (req, res) => {
      const { id } = await req.scheduler.addJob(() => {}, 'interval', { id: req.params.id, ...req.body });
      res.status(201).json({ id });
    });
    app.get('/jobs', async (req, res) => {
      res.json((await req.scheduler.getJobs()).map((job) => [job.id, `${job.trigger}`]));
    });
    const { server, url } = await listening(app.listen(0, '127.0.0.1'));
    const attached = attachScheduler(server, scheduler);
    const body = JSON.stringify({ minutes: 5 });
    const added = await fetch(`${url}/jobs/a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([added.status, await added.json()]).toEqual([201, { id: 'a' }]);
    expect(await (await fetch(`${url}/jobs`)).json()).toEqual([['a', 'interval[0:05:00]']]);
    await attached.close();
  });

  test('each router has the scheduler it was given', async () => {
    const first = bench();
    const second = bench();
    const app = express();
    for (const [path, { scheduler }] of [
      ['/first', first],
      ['/second', second],
    ] as const) {
      app.use(path, schedulerMiddleware(scheduler), (req, res) => {
        res.json([req.scheduler === first.scheduler, req.scheduler === second.scheduler]);
      });
    }
    const { url } = await listening(app.listen(0, '127.0.0.1'));
    expect(await (await fetch(`${url}/first`)).json()).toEqual([true, false]);
    expect(await (await fetch(`${url}/second`)).json()).toEqual([false, true]);
  });

  test('a request that comes while the scheduler starts waits for it', async () => {
    const { scheduler } = bench();
    const { opened, open } = gate();
    scheduler.configure({ jobStores: { default: new GatedStore(opened) } });
    const app = express();
    app.use(schedulerMiddleware(scheduler), (req, res) => {
      res.send(req.scheduler.state);
    });
    const { server, ask } = await listening(app.listen(0, '127.0.0.1'));
    const attached = attachScheduler(server, scheduler);
    const arrived = new Promise((resolve) => server.once('request', resolve));
    const answer = ask();
    await arrived;
    expect(scheduler.state).toBe('starting');
    open();
    expect(await answer).toBe('running');
    expect(await ask()).toBe('running');
    await attached.close();
  });

  test('when the start failed, requests get its error', async () => {
    const { scheduler } = bench();
    scheduler.configure({ jobStores: { default: new RefusingStore() } });
    const app = express();
    app.use(schedulerMiddleware(scheduler), (_req, res) => {
      res.send('reached');
    });
    const onError: ErrorRequestHandler = (error, _req, res, _next) => {
      res.status(503).send(error.message);
    };
    app.use(onError);
    const { server, url } = await listening(app.listen(0, '127.0.0.1'));
    const attached = attachScheduler(server, scheduler);
    await expect(attached.started).rejects.toThrow('the disk is gone');
    for (let time = 0; time < 2; time++) {
      const answer = await fetch(url);
      expect([answer.status, await answer.text()]).toEqual([503, 'the disk is gone']);
    }
  });

  test('a scheduler that nobody attached is handed on as it is', async () => {
    const { scheduler } = bench();
    const app = express();
    app.use(schedulerMiddleware(scheduler), (req, res) => {
      res.send(req.scheduler.state);
    });
    const { ask } = await listening(app.listen(0, '127.0.0.1'));
    expect(await ask()).toBe('stopped');
    await scheduler.start();
    expect(await ask()).toBe('running');
    await scheduler.shutdown();
  });
});

test('what is no scheduler is refused', () => {
  // @ts-expect-error -- a scheduler
  expect(() => schedulerMiddleware(undefined)).toThrow(/^scheduler: expected a scheduler such as .*, got undefined$/);
});
