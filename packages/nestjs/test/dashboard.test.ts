// The dashboard as a module: what every server of it is asked, on both platforms, and what else Nest brings along.
import { type DynamicModule, Global, Injectable, Module, type Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { Scheduler } from '@sched/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Serve, testServer } from '../../dashboard/test/server-battery.ts';
import { SchedDashboardModule, type SchedDashboardOptions } from '../src/dashboard.ts';
import { getSchedulerToken, SchedModule } from '../src/index.ts';

type Platform = 'express' | 'fastify';

async function serve(platform: Platform, imports: (DynamicModule | Type)[], globalPrefix = '') {
  const testing = await Test.createTestingModule({ imports }).compile();
  const app =
    platform === 'express'
      ? testing.createNestApplication({ logger: false })
      : testing.createNestApplication(new FastifyAdapter({ forceCloseConnections: true }), { logger: false });
  app.setGlobalPrefix(globalPrefix);
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
}

/** A module that has a scheduler already. */
function schedulerModule(scheduler: Scheduler): Type {
  @Global()
  @Module({
    providers: [{ provide: getSchedulerToken(), useValue: scheduler }],
    exports: [getSchedulerToken()],
  })
  class SchedulerModule {}
  return SchedulerModule;
}

describe.each(['express', 'fastify'] as const)('on %s', (platform) => {
  const behindNest: Serve = ({ scheduler }, path) =>
    serve(platform, [schedulerModule(scheduler), SchedDashboardModule.forRoot({ path, authorize: 'local-only' })]);
  testServer(behindNest);

  test('it may be there for several schedulers, asks a service who may, and takes no global prefix', async () => {
    @Injectable()
    class Doorkeeper {
      readonly mayRead = ({ headers }: Request) => headers.get('x-key') === 'open';
    }
    @Module({ providers: [Doorkeeper], exports: [Doorkeeper] })
    class DoorModule {}

    const { url, close } = await serve(
      platform,
      [
        SchedModule.forRoot(),
        SchedModule.forRoot({ name: 'reports' }),
        SchedDashboardModule.forRoot({ path: '/ops/sched/', authorize: 'local-only', title: 'All' }),
        SchedDashboardModule.forRootAsync({
          imports: [DoorModule],
          inject: [Doorkeeper],
          useFactory: ({ mayRead }: Doorkeeper) => ({ path: 'ops/reports', authorize: mayRead, scheduler: 'reports' }),
        }),
      ],
      'api',
    );
    onTestFinished(close);
    const status = async (path: string, headers = {}) => (await fetch(`${url}${path}`, { headers })).status;
    expect(await status('/ops/sched/api/v1/jobs')).toBe(200);
    expect(await status('/ops/reports/api/v1/jobs')).toBe(403);
    expect(await status('/ops/reports/api/v1/jobs', { 'x-key': 'open' })).toBe(200);
    expect(await status('/api/ops/sched/api/v1/jobs')).toBe(404);
    expect(await status('/ops/sched-else')).toBe(404);
  });
});

test.each([
  [{ path: 'sched' }, 'authorize'],
  [{ authorize: 'local-only' }, "path: expected a path such as 'ops/sched'"],
  [{ path: 'sched', authorize: 'local-only', scheduler: 'nobody' }, 'scheduler: expected the name of a scheduler'],
  [{ path: 'sched', authorize: 'local-only', nonsense: 1 }, 'nonsense'],
])('%j is refused when the application starts', async (options, message) => {
  const imports = [SchedModule.forRoot(), SchedDashboardModule.forRoot(options as SchedDashboardOptions)];
  await expect(serve('express', imports)).rejects.toThrow(message);
});

test('an application without HTTP serves nothing', async () => {
  const options: SchedDashboardOptions = { path: 'sched', authorize: 'local-only' };
  const testing = await Test.createTestingModule({
    imports: [SchedModule.forRoot(), SchedDashboardModule.forRoot(options)],
  }).compile();
  await testing.init();
  await testing.close();
});
