// `@sched/nestjs/dashboard`: the dashboard of `@sched/dashboard` as a module, on Express and Fastify.
import { ConfigurableModuleBuilder, Inject, Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { InvalidOptionError, type Scheduler } from '@sched/core';
import { createDashboard, type DashboardOptions } from '@sched/dashboard';
import { toNodeHandler } from '@sched/dashboard/node';
import { DEFAULT_SCHEDULER, getSchedulerToken } from './tokens.ts';

/** Options of {@link SchedDashboardModule.forRoot}: where and of which scheduler, and those of `createDashboard`. */
export interface SchedDashboardOptions extends Omit<DashboardOptions, 'basePath'> {
  /** Below which path it answers, from the root of the server: no global prefix is put before it. Nothing else is served there. */
  readonly path: string;
  /** The name of the scheduler. @default 'default' */
  readonly scheduler?: string;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<SchedDashboardOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createDashboardOptions')
  .build();

/**
 * REST API and dashboard of a scheduler: `SchedDashboardModule.forRoot({ path: 'ops/sched', authorize })`, or
 * `forRootAsync` with `useFactory` and `inject`, `useClass` or `useExisting`. Import it once for each scheduler.
 *
 * When the application starts it throws InvalidOptionError naming the option that is missing, unknown or wrong.
 */
@Module({})
export class SchedDashboardModule extends ConfigurableModuleClass implements NestModule {
  readonly #options: SchedDashboardOptions;
  readonly #container: ModuleRef;
  readonly #http: HttpAdapterHost;

  /** Made by Nest. */
  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) options: SchedDashboardOptions,
    @Inject(ModuleRef) container: ModuleRef,
    @Inject(HttpAdapterHost) http: HttpAdapterHost,
  ) {
    super();
    this.#options = options;
    this.#container = container;
    this.#http = http;
  }

  /** Mounts it, where Nest mounts middleware; an application without HTTP serves nothing. */
  configure(): void {
    const { path, scheduler = DEFAULT_SCHEDULER, ...options } = this.#options;
    if (typeof path !== 'string') throw new InvalidOptionError('path', path, "a path such as 'ops/sched'");
    const handler = toNodeHandler(createDashboard(this.#schedulerNamed(scheduler), options));
    this.#http.httpAdapter.use(`/${path.replace(/^\/+|\/+$/g, '')}`, handler);
  }

  #schedulerNamed(name: string): Scheduler {
    try {
      return this.#container.get<Scheduler>(getSchedulerToken(name), { strict: false });
    } catch {
      throw new InvalidOptionError('scheduler', name, 'the name of a scheduler of this application');
    }
  }
}
