// All schedulers of the application: reads what decorators declare, and hands it to the one each is for.
import {
  type BeforeApplicationShutdown,
  Inject,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { BackgroundScheduler } from '@sched/background';
import { defineTask, InvalidOptionError, type SchedulerEventName } from '@sched/core';
import type { JobDeclaration, JobKind } from './declarations.ts';
import { JobTimer } from './declared/job-timer.ts';
import { idOf, type ResolvedDeclaration, schedulerOf } from './declared/plan.ts';
import { NamedScheduler } from './named-scheduler.ts';
import { type Caller, Callers } from './nest/callers.ts';
import { type FoundMethod, findMethods } from './nest/explorer.ts';
import { resolveValue } from './nest/from-container.ts';
import { placed } from './nest/placed.ts';
import type { ScheduleModuleOptions } from './options.ts';
import { type RegistryEntries, type RegistryKind, SchedulerRegistry } from './registry.ts';

/** Where a declared job stands in the registry. */
const REGISTRY_KINDS: Readonly<Record<JobKind, RegistryKind>> = {
  Cron: 'cron',
  Interval: 'interval',
  Timeout: 'timeout',
  ScheduledJob: 'cron',
};

/** The schedulers by name, and the registry over them. */
export class Schedulers implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly registry: SchedulerRegistry;
  readonly #entries: RegistryEntries = { cron: new Map(), interval: new Map(), timeout: new Map() };
  readonly #discovery: DiscoveryService;
  readonly #container: ModuleRef;
  readonly #callers: Callers;
  readonly #logger = new Logger('Scheduler');
  readonly #schedulers = new Map<string, NamedScheduler>();
  /** Which method took an id. */
  readonly #places = new Map<string, string>();
  #declaring: Promise<void> | null = null;
  #starting: Promise<void> | null = null;

  constructor(
    @Inject(DiscoveryService) discovery: DiscoveryService,
    @Inject(ModuleRef) container: ModuleRef,
    @Inject(Callers) callers: Callers,
  ) {
    this.#discovery = discovery;
    this.#container = container;
    this.#callers = callers;
    this.registry = new SchedulerRegistry(this.#entries, (error) => this.#logger.error(error));
  }

  /** The scheduler of a name, made if it is the first time. @throws InvalidOptionError */
  open(name: string, options: ScheduleModuleOptions): BackgroundScheduler {
    const known = this.#schedulers.get(name) ?? new NamedScheduler(name, this.#logger);
    this.#schedulers.set(name, known);
    return known.configure(options).scheduler;
  }

  /** The scheduler of a name. @throws InvalidOptionError if no module brings it */
  get(name: string): BackgroundScheduler {
    return this.#named(name).scheduler;
  }

  /** Declares all jobs, before other modules bootstrap: those who look for them in their own hooks find them. */
  async onApplicationBootstrap(): Promise<void> {
    this.#declaring ??= this.#declareAll();
    await this.#declaring;
  }

  /** Starts them all; when one fails, none is left running. */
  async start(): Promise<void> {
    this.#starting ??= this.#startAll();
    await this.#starting;
  }

  /** Drains them all. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.#schedulers.values()].map((scheduler) => scheduler.close()));
  }

  /** Ends what was handed to the registry, once other modules have had their chance to ask for it. */
  beforeApplicationShutdown(): void {
    for (const entries of Object.values(this.#entries)) {
      for (const { isForeign, remove } of entries.values()) if (isForeign) remove();
      entries.clear();
    }
  }

  async #startAll(): Promise<void> {
    await this.onApplicationBootstrap();
    try {
      await Promise.all([...this.#schedulers.values()].map((scheduler) => scheduler.start()));
    } catch (error) {
      await this.onModuleDestroy();
      throw error;
    }
  }

  async #declareAll(): Promise<void> {
    for (const method of findMethods(this.#discovery, this.#logger)) {
      let unnamed = 0;
      for (const declaration of method.declared.jobs) {
        await placed(`${method.place}: @${declaration.kind}`, async () => {
          const resolved = await this.#resolve(declaration);
          const id = idOf(resolved) ?? (++unnamed === 1 ? method.place : `${method.place}#${unnamed}`);
          await this.#declareJob(method, resolved, id);
        });
      }
      await placed(method.place, () => this.#declareRest(method));
    }
  }

  async #declareJob(method: FoundMethod, declaration: ResolvedDeclaration, id: string): Promise<void> {
    const named = this.#named(schedulerOf(declaration));
    this.#take(id, method.place);
    const job = await named.declare(id, declaration, this.#callerOf(method, named));
    if (job === null) return;
    const kind = REGISTRY_KINDS[declaration.kind];
    const value = kind === 'cron' ? job : new JobTimer(job);
    this.#entries[kind].set(id, { value, remove: () => job.remove(), isForeign: false });
  }

  #declareRest(method: FoundMethod): void {
    for (const { name, scheduler } of method.declared.tasks) {
      const named = this.#named(scheduler);
      named.scheduler.addTask(defineTask(name ?? method.place, this.#callerOf(method, named)));
    }
    for (const { event, scheduler } of method.declared.events) {
      this.get(scheduler).on(event as SchedulerEventName, this.#callers.ofEvents(method));
    }
  }

  /** What a run of a method calls. */
  #callerOf(method: FoundMethod, { options }: NamedScheduler): Caller {
    return this.#callers.ofRuns(method, options.inheritAppConfig === true);
  }

  async #resolve({ options, when, ...rest }: JobDeclaration): Promise<ResolvedDeclaration> {
    const resolved = (await resolveValue(options, this.#container)) as ResolvedDeclaration['options'] | undefined;
    return { ...rest, when: await resolveValue(when, this.#container), options: resolved ?? {} };
  }

  /** @throws InvalidOptionError if another method has this id */
  #take(id: string, place: string): void {
    const taken = this.#places.get(id);
    if (taken !== undefined) {
      throw new InvalidOptionError('name', id, `a name of its own, because ${taken} has this one already`);
    }
    this.#places.set(id, place);
  }

  #named(name: string): NamedScheduler {
    const known = this.#schedulers.get(name);
    if (known !== undefined) return known;
    const names = [...this.#schedulers.keys()].join(', ') || 'none: import SchedModule.forRoot()';
    throw new InvalidOptionError('scheduler', name, `the name of a scheduler of this application (${names})`);
  }
}
