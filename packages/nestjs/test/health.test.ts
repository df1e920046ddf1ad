// The health indicator, as terminus uses it.
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { MemoryStore } from '@sched/core';
import { expect, test } from 'vitest';
import { Interval, SchedHealthIndicator } from '../src/index.ts';
import { startApp } from './app.ts';

@Controller('health')
class HealthController {
  @Inject(HealthCheckService) readonly health: unknown;
  @Inject(SchedHealthIndicator) readonly scheduler: unknown;

  @Get()
  @HealthCheck()
  check() {
    const indicator = this.scheduler as SchedHealthIndicator;
    return (this.health as HealthCheckService).check([() => indicator.isHealthy('scheduler')]);
  }
}

@Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] })
class HealthModule {}

class Tasks {
  @Interval(1000)
  run() {}
}

/** A memory store that can fail. */
class Failing extends MemoryStore {
  fails = false;

  override async claimDue(...given: Parameters<MemoryStore['claimDue']>) {
    if (this.fails) throw new Error('no connection');
    return await super.claimDue(...given);
  }
}

test('is up while the scheduler fires, and down while a store fails or it is paused', async () => {
  const store = new Failing();
  const options = { jobStores: { default: store } };
  const { app, seconds, scheduler } = await startApp({ imports: [HealthModule], providers: [Tasks], options });
  await app.listen(0, '127.0.0.1');
  const ask = async () => {
    const answer = await fetch(`${await app.getUrl()}/health`);
    const { details } = (await answer.json()) as { details: { scheduler: object } };
    return [answer.status, details.scheduler];
  };
  await seconds(1);
  expect(await ask()).toEqual([
    200,
    {
      ...{ status: 'up', state: 'running', lagMs: 0, running: 0, unknownTasks: {} },
      jobStores: expect.objectContaining({ default: expect.objectContaining({ status: 'ok' }) }),
    },
  ]);
  store.fails = true;
  await seconds(1);
  expect(await ask()).toEqual([503, expect.objectContaining({ status: 'down', state: 'running' })]);
  store.fails = false;
  await seconds(60);
  expect((await ask())[0]).toBe(200);
  await scheduler.pause();
  expect(await ask()).toEqual([503, expect.objectContaining({ status: 'down', state: 'paused' })]);
  expect(() => app.get(SchedHealthIndicator).isHealthy('scheduler', 'other')).toThrow(/the name of a scheduler/);
  await app.close();
});
