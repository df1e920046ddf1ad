// A Nest application under a test's control: virtual time, a log that is kept, on either platform.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { BackgroundScheduler } from '@sched/background';
import { VirtualClock } from '@sched/core/testing';
import { getSchedulerToken, type NamedScheduleModuleOptions, SchedModule, SchedulerRegistry } from '../src/index.ts';

/** What stands in Nest's log, as `warn [Scheduler] text`. */
export class KeptLog implements LoggerService {
  readonly lines: string[] = [];

  log = this.#keep('log');
  warn = this.#keep('warn');
  error = this.#keep('error');
  fatal = this.#keep('fatal');

  /** The lines of the scheduler. */
  get ofScheduler(): string[] {
    return this.lines.filter((line) => line.includes('[Scheduler]'));
  }

  #keep(level: string) {
    return (message: unknown, ...details: unknown[]) => {
      this.lines.push(`${level} [${details.at(-1)}] ${message instanceof Error ? message.message : message}`);
    };
  }
}

/** What an application is made of. */
export interface AppParts extends ModuleMetadata {
  /** Options of the one scheduler; null: the test imports the module itself. @default virtual time in UTC */
  readonly options?: NamedScheduleModuleOptions | null;
  readonly clock?: VirtualClock;
  /** @default 'express' */
  readonly platform?: 'express' | 'fastify';
  /** What is done to the application before it starts. */
  readonly before?: (app: INestApplication) => unknown;
}

/** An application, its scheduler and its clock. */
export interface TestApp {
  readonly app: INestApplication;
  readonly clock: VirtualClock;
  readonly log: KeptLog;
  readonly scheduler: BackgroundScheduler;
  readonly registry: SchedulerRegistry;
  /** Lets so many seconds pass. */
  seconds(count: number): Promise<void>;
}

/** Starts an application; it listens to no port. */
export async function startApp(parts: AppParts): Promise<TestApp> {
  const { options = {}, clock = new VirtualClock(), platform = 'express', before, imports = [], ...others } = parts;
  const log = new KeptLog();
  const own = options === null ? [] : [SchedModule.forRoot({ clock, timezone: 'UTC', ...options })];
  const builder = Test.createTestingModule({ imports: [...own, ...imports], ...others }).setLogger(log);
  const testing = await builder.compile();
  const app =
    platform === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter(), { logger: log })
      : testing.createNestApplication({ logger: log });
  await before?.(app);
  await app.init();
  return {
    ...{ app, clock, log },
    scheduler: app.get(getSchedulerToken(options?.name), { strict: false }),
    registry: app.get(SchedulerRegistry, { strict: false }),
    seconds: (count) => clock.advance(count * 1000),
  };
}

/** What an application is refused with. */
export async function refusal(parts: AppParts): Promise<Error & { readonly code?: string }> {
  try {
    await (await startApp(parts)).app.close();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the application was started');
}

/** Options with a SQLite file of this test's own. */
export function sqlite(url: string = join(mkdtempSync(join(tmpdir(), 'sched-')), 'jobs.sqlite')) {
  return { jobStores: { default: { type: 'sqlite', url } }, timezone: 'UTC' } as const;
}
