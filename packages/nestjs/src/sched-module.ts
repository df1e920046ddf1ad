// The module, and how its parts are put together. What is there once for the application is in modules of its own.
import {
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
import type {
  NamedScheduleModuleOptions,
  ScheduleModuleAsyncOptions,
  ScheduleModuleOptions,
  ScheduleModuleOptionsFactory,
} from './options.ts';
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

/**
 * Schedules what decorators declare. Import it once, in the root module, or once for each scheduler; everything it brings
 * is there in the whole application.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: modules of Nest are classes.
export class SchedModule {
  /**
   * With options as they are written. Without `name` it is the default scheduler.
   *
   * @throws InvalidOptionError when the application starts, naming the option that is wrong.
   */
  static forRoot(options: NamedScheduleModuleOptions = {}): DynamicModule {
    const { name = DEFAULT_SCHEDULER, ...others } = options;
    return schedulerModule(name, [{ provide: optionsToken(name), useValue: others }]);
  }

  /**
   * With options that a factory makes.
   *
   * @throws InvalidOptionError as {@link SchedModule.forRoot}, and if there is not exactly one way to make them.
   */
  static forRootAsync(options: ScheduleModuleAsyncOptions): DynamicModule {
    const { name = DEFAULT_SCHEDULER, imports = [] } = options;
    return schedulerModule(name, optionsProviders(optionsToken(name), options), imports);
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

function schedulerModule(
  name: string,
  providers: Provider[],
  imports: NonNullable<ScheduleModuleAsyncOptions['imports']> = [],
): DynamicModule {
  const token = getSchedulerToken(name);
  const scheduler: Provider = {
    provide: token,
    inject: [Schedulers, optionsToken(name)],
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

function optionsToken(name: string): string {
  return `@sched/nestjs:options:${name}`;
}

function optionsProviders(provide: string, options: ScheduleModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting, inject = [] } = options;
  const ways = [useFactory, useClass, useExisting].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new InvalidOptionError('forRootAsync', ways.length, 'one of useFactory, useClass and useExisting');
  }
  if (useFactory !== undefined) return [{ provide, inject, useFactory }];
  const factory = useExisting ?? useClass;
  if (factory === undefined) return [];
  const made: Provider = {
    provide,
    inject: [factory],
    useFactory: (maker: ScheduleModuleOptionsFactory) => maker.createScheduleOptions(),
  };
  return useClass === undefined ? [made] : [made, useClass];
}
