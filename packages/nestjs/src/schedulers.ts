// All schedulers of the application: reads what decorators declare, and hands it to the one each is for.
import {
  type BeforeApplicationShutdown,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { BackgroundScheduler } from '@sched/background';
import { defineTask, InvalidOptionError, type SchedulerEventName, type Task } from '@sched/core';
import type { JobDeclaration, JobKind } from './declarations.ts';
import { DeclaredJob } from './declared/declared-job.ts';
import { JobTimer } from './declared/job-timer.ts';
import { idOf, planJob, type ResolvedDeclaration, schedulerOf } from './declared/plan.ts';
import { NamedScheduler } from './named-scheduler.ts';
import type { Callers } from './nest/callers.ts';
import { type FoundMethod, findMethods } from './nest/explorer.ts';
import { resolveValue } from './nest/from-container.ts';
import { placed } from './nest/placed.ts';
import type { ModuleOptions, ScheduleModuleOptions } from './options.ts';
import { type RegistryEntries, type RegistryKind, SchedulerRegistry } from './registry.ts';

/** Where a declared job stands in the registry. */
const REGISTRY_KINDS: Readonly<Record<JobKind, RegistryKind>> = {
  Cron: 'cron',
  Interval: 'interval',
  Timeout: 'timeout',
  ScheduledJob: 'cron',
};

/** Which switch of the module turns a kind of decorator off. */
const SWITCHES: Readonly<Partial<Record<JobKind, keyof ModuleOptions>>> = {
  Cron: 'cronJobs',
  Interval: 'intervals',
  Timeout: 'timeouts',
};

/** What the DI container gives it. */
export interface SchedulersParts {
  readonly discovery: DiscoveryService;
  readonly container: ModuleRef;
  readonly callers: Callers;
}

/** The schedulers by name, and the registry over them. */
export class Schedulers implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly registry: SchedulerRegistry;
  readonly #entries: RegistryEntries = { cron: new Map(), interval: new Map(), timeout: new Map() };
  readonly #parts: SchedulersParts;
  readonly #logger = new Logger('Scheduler');
  readonly #schedulers = new Map<string, NamedScheduler>();
  /** Which method took an id. */
  readonly #places = new Map<string, string>();
  #declaring: Promise<void> | null = null;

  constructor(parts: SchedulersParts) {
    this.#parts = parts;
    this.registry = new SchedulerRegistry(this.#entries, (error) => this.#report(error));
  }

  /** The scheduler of a name, made if it is the first time. @throws InvalidOptionError */
  open(name: string, options: ScheduleModuleOptions): BackgroundScheduler {
    const known = this.#schedulers.get(name) ?? new NamedScheduler(name);
    this.#schedulers.set(name, known);
    return known.configure(options).scheduler;
  }

  /** The scheduler of a name. @throws InvalidOptionError if no module brings it */
  get(name: string): BackgroundScheduler {
    return this.#named(name).scheduler;
  }

  /** Declares all jobs; the module is global, so that those who look for them in their own hooks find them. */
  async onApplicationBootstrap(): Promise<void> {
    this.#declaring ??= this.#declareAll();
    await this.#declaring;
  }

  /** Starts one scheduler, with everything declared; when it fails, none is left running. */
  async start(name: string): Promise<void> {
    await this.onApplicationBootstrap();
    try {
      await this.#named(name).start();
    } catch (error) {
      await this.onModuleDestroy();
      throw error;
    }
  }

  /** Drains one scheduler. */
  async close(name: string): Promise<void> {
    await this.#schedulers.get(name)?.close();
  }

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

  async #declareAll(): Promise<void> {
    for (const method of findMethods(this.#parts.discovery, this.#logger)) {
      let unnamed = 0;
      for (const declaration of method.declared.jobs) {
        await placed(`${method.place}: @${declaration.kind}`, async () => {
          const resolved = await this.#resolve(declaration);
          const ordinal = idOf(resolved) === undefined ? ++unnamed : 1;
          await this.#declareJob(method, resolved, ordinal === 1 ? method.place : `${method.place}#${ordinal}`);
        });
      }
      await placed(method.place, () => this.#declareRest(method));
    }
  }

  async #declareJob(method: FoundMethod, declaration: ResolvedDeclaration, unnamed: string): Promise<void> {
    const named = this.#named(schedulerOf(declaration));
    const id = this.#take(idOf(declaration) ?? unnamed, method.place);
    const off = SWITCHES[declaration.kind];
    if (off !== undefined && named.options[off] === false) return void named.declared.set(id, null);
    const plan = planJob(declaration, { ...named.planContext, unnamed });
    const task = this.#task(plan.task, method, named);
    const job = new DeclaredJob(plan, task, named.scheduler, (error) => this.#report(error));
    await job.declare();
    named.declared.set(id, job);
    const kind = REGISTRY_KINDS[declaration.kind];
    const value = kind === 'cron' ? job : new JobTimer(job);
    this.#entries[kind].set(id, { value, remove: () => job.remove(), isForeign: false });
  }

  #declareRest(method: FoundMethod): void {
    for (const { name, scheduler } of method.declared.tasks) {
      const named = this.#named(scheduler);
      named.scheduler.addTask(this.#task(name ?? method.place, method, named));
    }
    for (const { event, scheduler } of method.declared.events) {
      this.#named(scheduler).scheduler.on(event as SchedulerEventName, this.#parts.callers.ofEvents(method));
    }
  }

  /** A method as a task. */
  #task(name: string, method: FoundMethod, { options }: NamedScheduler): Task {
    return defineTask(name, this.#parts.callers.ofRuns(method, options.inheritAppConfig === true));
  }

  async #resolve({ options, when, ...rest }: JobDeclaration): Promise<ResolvedDeclaration> {
    const { container } = this.#parts;
    const resolved = (await resolveValue(options, container)) as ResolvedDeclaration['options'] | undefined;
    return { ...rest, when: await resolveValue(when, container), options: resolved ?? {} };
  }

  /** @throws InvalidOptionError if another method has this id */
  #take(id: string, place: string): string {
    const taken = this.#places.get(id);
    if (taken !== undefined) {
      throw new InvalidOptionError('name', id, `a name of its own, because ${taken} has this one already`);
    }
    this.#places.set(id, place);
    return id;
  }

  #named(name: string): NamedScheduler {
    const known = this.#schedulers.get(name);
    if (known !== undefined) return known;
    const names = [...this.#schedulers.keys()].join(', ') || 'none: import SchedModule.forRoot()';
    throw new InvalidOptionError('scheduler', name, `the name of a scheduler of this application (${names})`);
  }

  #report(error: unknown): void {
    this.#logger.error(error);
  }
}
