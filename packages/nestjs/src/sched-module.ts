// The module, and how its parts are put together. What is there once for the application is in a module of its own.
import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Global,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
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
    Callers,
    Schedulers,
    SchedHealthIndicator,
    { provide: SchedulerRegistry, inject: [Schedulers], useFactory: ({ registry }: Schedulers) => registry },
  ],
  exports: [Schedulers, SchedulerRegistry, SchedHealthIndicator],
})
class SharedModule {
  /**
   * Nest starts modules by their distance from the root, the farthest first, and ends them the other way round, or before
   * NestJS 11 in the same order. Jobs may need any of them: they are declared before all, start after all, and end before all.
   */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    for (const module of modules.values()) {
      if (module.metatype === SchedModule) module.distance = 0;
      if (module.metatype === SharedModule) module.distance = Number.MAX_VALUE;
    }
  }
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ScheduleModuleOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createScheduleOptions')
  .setExtras<{ name?: string }>({ name: DEFAULT_SCHEDULER }, (definition, { name }) => withScheduler(definition, name))
  .build();

/**
 * Schedules what decorators declare. Import it once, in the root module, or once for each scheduler; everything it brings
 * is there in the whole application.
 */
@Module({})
export class SchedModule extends ConfigurableModuleClass implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #schedulers: Schedulers;

  /** Made by Nest. */
  constructor(@Inject(Schedulers) schedulers: Schedulers) {
    super();
    this.#schedulers = schedulers;
  }

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

  /** Starts, once every other module has bootstrapped. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#schedulers.start();
  }

  /** Drains, before any other module is destroyed. */
  async onModuleDestroy(): Promise<void> {
    await this.#schedulers.onModuleDestroy();
  }
}

/** A module that brings the scheduler of a name. */
function withScheduler({ imports = [], providers = [] }: DynamicModule, name = DEFAULT_SCHEDULER): DynamicModule {
  const token = getSchedulerToken(name);
  const scheduler: Provider = {
    provide: token,
    inject: [Schedulers, MODULE_OPTIONS_TOKEN],
    useFactory: (schedulers: Schedulers, options: ScheduleModuleOptions) => schedulers.open(name, options),
  };
  return {
    module: SchedModule,
    global: true,
    imports: [SharedModule, ...imports],
    providers: [...providers, scheduler],
    exports: [token],
  };
}
