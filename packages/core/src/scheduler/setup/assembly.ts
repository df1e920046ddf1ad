// The parts a scheduler is put together from: made from the configuration, opened together, closed together.
import type { Clock } from '../../clock.ts';
import { InvalidOptionError, SchedError, SchedulerStateError, toError } from '../../errors.ts';
import type { Executor } from '../../executors/executor.ts';
import { checkName, TaskRegistry } from '../../jobs/task.ts';
import type { JobStore, StoreContext } from '../../stores/store.ts';
import type { RunWrapper } from '../engine/enclosed.ts';
import { Engine } from '../engine/engine.ts';
import { EventHub } from '../events.ts';
import { checkOptions, makeExecutor, makeJobStore, readExecutor, readJobStore } from './components.ts';
import type { Configuration, ExecutorOption, JobStoreOption } from './configuration.ts';
import { Patience } from './patience.ts';

export type { RunWrapper } from '../engine/enclosed.ts';

/** Stores, executors, tasks and the engine over them. */
export class Assembly {
  readonly tasks = new TaskRegistry();
  readonly events = new EventHub();
  readonly stores = new Map<string, JobStore>();
  readonly executors = new Map<string, Executor>();
  /** What the execution of each run is enclosed in, the last added outermost. */
  readonly #wrappers = new Set<RunWrapper>();
  #engine: Engine | null = null;
  /** While everything opens: how long stores are waited for. */
  #patience: Patience | null = null;
  #isClosed = false;
  #configuration: Configuration;
  readonly #clock: () => Clock;

  constructor(configuration: Configuration, clock: () => Clock) {
    this.#clock = clock;
    this.#configuration = this.#taken(configuration);
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Takes another configuration. @throws InvalidOptionError for a wrong option of a part, SchedError for two functions under one task's name */
  configure(configuration: Configuration): void {
    this.#configuration = this.#taken(configuration);
  }

  /** The engine while everything is open; null otherwise. */
  get engine(): Engine | null {
    return this.#engine;
  }

  /**
   * Opens everything, waiting so long for stores that cannot be opened, then does `andThen`; when either fails, everything
   * is closed again.
   */
  async open(patienceMs: number, andThen: () => Promise<void>): Promise<void> {
    const { executors, jobStores, leaseMs } = this.#configuration;
    this.#isClosed = false;
    this.#patience = new Patience(this.#clock(), patienceMs);
    try {
      for (const [alias, option] of Object.entries(executors)) await this.#startExecutor(alias, option);
      const shared = { tasks: this.tasks, executors: this.executors, events: this.events, wrappers: this.#wrappers };
      const engine = new Engine({ ...shared, clock: this.#clock(), leaseMs });
      for (const [alias, option] of Object.entries(jobStores)) await this.#openStore(alias, option, engine);
      this.#engine = engine;
      engine.appear();
      await andThen();
    } catch (error) {
      await this.close(0);
      throw error;
    } finally {
      this.#patience = null;
    }
  }

  /** Waits for stores no longer: those that cannot be opened now fail. */
  stopWaiting(): void {
    this.#patience?.end();
  }

  /** Lets what executes come to its end for so long, aborts the rest, and closes everything. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    await this.#engine?.stop(timeoutMs);
    this.#engine = null;
    const parts = [...this.executors].map(([alias, executor]) => [alias, () => executor.close()] as const);
    const stores = [...this.stores].map(([alias, store]) => [alias, () => closeStore(store)] as const);
    for (const [alias, close] of [...parts, ...stores]) {
      try {
        await close();
      } catch (thrown) {
        // One that fails to close must not keep the others open.
        this.events.emit('scheduler:error', { error: toError(thrown), during: `closing '${alias}'` });
      }
    }
    this.executors.clear();
    this.stores.clear();
  }

  /** Calls `wrapper` around each attempt of a run from now on. Answers how to stop. */
  wrapRuns(wrapper: RunWrapper): () => void {
    if (typeof wrapper !== 'function') throw new InvalidOptionError('wrapper', wrapper, 'a function');
    const own: RunWrapper = (execution, execute) => wrapper(execution, execute);
    this.#wrappers.add(own);
    return () => void this.#wrappers.delete(own);
  }

  async addExecutor(alias: string, option: ExecutorOption): Promise<void> {
    checkName('executor alias', alias);
    const { executors } = this.#configuration;
    if (Object.hasOwn(executors, alias)) throw new InvalidOptionError('executor alias', alias, 'one that is not taken');
    const executor = readExecutor(option, `executors.${alias}`);
    this.configure({ ...this.#configuration, executors: { ...executors, [alias]: executor } });
    try {
      if (this.#engine !== null) await this.#startExecutor(alias, executor);
    } catch (error) {
      this.#forgetExecutor(alias);
      throw error;
    }
    this.events.emit('executor:added', { alias });
    this.#engine?.wake();
  }

  async removeExecutor(alias: string): Promise<void> {
    if (!Object.hasOwn(this.#configuration.executors, alias))
      throw new SchedError('unknown-executor', `there is no executor '${alias}'`);
    this.#forgetExecutor(alias);
    const executor = this.executors.get(alias);
    this.executors.delete(alias);
    await executor?.close();
    this.events.emit('executor:removed', { alias });
  }

  async addJobStore(alias: string, option: JobStoreOption): Promise<void> {
    checkName('job store alias', alias);
    const { jobStores } = this.#configuration;
    if (Object.hasOwn(jobStores, alias))
      throw new InvalidOptionError('job store alias', alias, 'one that is not taken');
    const store = readJobStore(option, `jobStores.${alias}`);
    this.configure({ ...this.#configuration, jobStores: { ...jobStores, [alias]: store } });
    try {
      if (this.#engine !== null) await this.#openStore(alias, store, this.#engine);
    } catch (error) {
      this.#forgetJobStore(alias);
      throw error;
    }
    this.events.emit('job-store:added', { alias });
    this.#engine?.wake();
  }

  async removeJobStore(alias: string): Promise<void> {
    if (!Object.hasOwn(this.#configuration.jobStores, alias))
      throw new SchedError('unknown-job-store', `there is no job store '${alias}'`);
    this.#forgetJobStore(alias);
    const store = this.stores.get(alias);
    this.stores.delete(alias);
    await this.#engine?.removeStore(alias);
    if (store !== undefined) await closeStore(store);
    this.events.emit('job-store:removed', { alias });
  }

  #forgetExecutor(alias: string): void {
    const { [alias]: _, ...executors } = this.#configuration.executors;
    this.#configuration = { ...this.#configuration, executors };
  }

  #forgetJobStore(alias: string): void {
    const { [alias]: _, ...jobStores } = this.#configuration.jobStores;
    this.#configuration = { ...this.#configuration, jobStores };
  }

  /** A configuration that can be had, with its tasks made known. */
  #taken(configuration: Configuration): Configuration {
    checkParts(configuration);
    for (const task of configuration.tasks) this.tasks.register(task);
    return configuration;
  }

  async #startExecutor(alias: string, option: ExecutorOption): Promise<void> {
    const executor = makeExecutor(option);
    await executor.start({
      setTimer: (delayMs, fire) => this.#clock().setTimer(delayMs, fire, false),
      report: (error, during) => this.events.emit('scheduler:error', { error, during }),
    });
    this.executors.set(alias, executor);
  }

  async #openStore(alias: string, option: JobStoreOption, engine: Engine): Promise<void> {
    const store = await makeJobStore(option);
    const onNotice = (notice: string) => this.events.emit('job-store:notice', { alias, notice });
    const open = () => openStore(store, { clock: this.#clock(), onNotice });
    await (this.#patience?.open(alias, this.events, open) ?? open());
    if (this.#isClosed) {
      await closeStore(store);
      throw new SchedulerStateError('add a job store', 'shut down');
    }
    this.stores.set(alias, store);
    engine.addStore(alias, store);
  }
}

/** @throws InvalidOptionError for an option of a store or an executor that is unknown or wrong */
function checkParts({ jobStores, executors }: Configuration): void {
  for (const [alias, store] of Object.entries(jobStores)) checkOptions(store, `jobStores.${alias}`);
  for (const [alias, executor] of Object.entries(executors)) checkOptions(executor, `executors.${alias}`);
}

/** How many schedulers of this process use a store that was handed to them: the last one closes it. */
const users = new WeakMap<JobStore, number>();

async function openStore(store: JobStore, context: StoreContext): Promise<void> {
  await store.open(context);
  users.set(store, (users.get(store) ?? 0) + 1);
}

async function closeStore(store: JobStore): Promise<void> {
  const others = (users.get(store) ?? 1) - 1;
  users.set(store, others);
  if (others === 0) await store.close();
}
