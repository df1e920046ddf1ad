// The module, and how its parts are put together. What is there once for the application is in modules of its own.
import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Global,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ExternalContextCreator, ModuleRef, ModulesContainer } from '@nestjs/core';
import { InvalidOptionError } from '@sched/core';
import { SchedHealthIndicator } from './health-indicator.ts';
import { Callers } from './nest/callers.ts';
import type { NamedScheduleModuleOptions, ScheduleModuleAsyncOptions, ScheduleModuleOptions } from './options.ts';
import { SchedulerRegistry } from './registry.ts';
import { Schedulers } from './schedulers.ts';
import { DEFAULT_SCHEDULER, getSchedulerToken } from './tokens.ts';

/** What all schedulers of an application share. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: Schedulers,
      inject: [DiscoveryService, ModuleRef, ExternalContextCreator, ModulesContainer],
      useFactory: (
        discovery: DiscoveryService,
        container: ModuleRef,
        creator: ExternalContextCreator,
        modules: ModulesContainer,
      ) => {
        startLastAndEndFirst(modules);
        return new Schedulers({ discovery, container, callers: new Callers(container, creator, modules) });
      },
    },
    { provide: SchedulerRegistry, inject: [Schedulers], useFactory: ({ registry }: Schedulers) => registry },
    {
      provide: SchedHealthIndicator,
      inject: [Schedulers],
      useFactory: (schedulers: Schedulers) => new SchedHealthIndicator(schedulers),
    },
  ],
  exports: [Schedulers, SchedulerRegistry, SchedHealthIndicator],
})
class SharedModule {}

/** One scheduler, for the whole application. */
@Module({})
class SchedulerModule {}

/** Starts and drains one scheduler. */
class SchedulerLife implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #schedulers: Schedulers;
  readonly #name: string;

  constructor(schedulers: Schedulers, name: string) {
    this.#schedulers = schedulers;
    this.#name = name;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#schedulers.start(this.#name);
  }

  async onModuleDestroy(): Promise<void> {
    await this.#schedulers.close(this.#name);
  }
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ScheduleModuleOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createScheduleOptions')
  .setExtras<{ name?: string }>({ name: DEFAULT_SCHEDULER }, (definition, { name }) =>
    schedulerModule(definition, name),
  )
  .build();

/**
 * Schedules what decorators declare. Import it once, in the root module, or once for each scheduler; everything it brings
 * is there in the whole application.
 */
@Module({})
export class SchedModule extends ConfigurableModuleClass {
  /**
   * With options as they are written. Without `name` it is the default scheduler.
   *
   * @throws InvalidOptionError when the application starts, naming the option that is wrong.
   */
  static override forRoot(options: NamedScheduleModuleOptions = {}): DynamicModule {
    return ConfigurableModuleClass.forRoot(options);
  }

  /**
   * With options that a factory makes.
   *
   * @throws InvalidOptionError as {@link SchedModule.forRoot}, and if there is not exactly one way to make them.
   */
  static override forRootAsync(options: ScheduleModuleAsyncOptions): DynamicModule {
    const { useFactory, useClass, useExisting } = options;
    const ways = [useFactory, useClass, useExisting].filter((way) => way !== undefined).length;
    if (ways !== 1) throw new InvalidOptionError('forRootAsync', ways, 'one of useFactory, useClass and useExisting');
    return ConfigurableModuleClass.forRootAsync(options);
  }
}

/**
 * Nest starts modules by their distance from the root, the farthest first, and ends them the other way round, or before
 * NestJS 11 in the same order. Jobs may need any of them: they are declared before all, start after all, and end before all.
 */
function startLastAndEndFirst(modules: ModulesContainer): void {
  for (const module of modules.values()) {
    if (module.metatype === SchedModule) module.distance = 0;
    if (module.metatype === SharedModule) module.distance = Number.MAX_VALUE;
  }
}

/** The scheduler is there for all modules; what starts and drains it is in a module that comes last. */
function schedulerModule({ imports = [], providers = [] }: DynamicModule, name = DEFAULT_SCHEDULER): DynamicModule {
  const token = getSchedulerToken(name);
  const scheduler: Provider = {
    provide: token,
    inject: [Schedulers, MODULE_OPTIONS_TOKEN],
    useFactory: (schedulers: Schedulers, options: ScheduleModuleOptions) => schedulers.open(name, options),
  };
  return {
    module: SchedModule,
    imports: [
      {
        module: SchedulerModule,
        global: true,
        imports: [SharedModule, ...imports],
        providers: [...providers, scheduler],
        exports: [token],
      },
    ],
    providers: [
      {
        provide: SchedulerLife,
        inject: [Schedulers, token],
        useFactory: (schedulers: Schedulers) => new SchedulerLife(schedulers, name),
      },
    ],
  };
}
