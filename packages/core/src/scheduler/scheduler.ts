// The scheduler as people use it. It decides nothing: jobs are in SchedulerJobs, time is in the Engine.
import { type Clock, systemClock } from '../clock.ts';
import { InvalidOptionError, SchedulerStateError, toError } from '../errors.ts';
import { draftJob, type JobAndTriggerOptions, type JobOptions, type TaskInput } from '../jobs/draft.ts';
import type { Backfill, BackfillOptions, Job, JobActions, JobChanges, RunQuery } from '../jobs/job.ts';
import type { Run } from '../jobs/run.ts';
import { isTask, type Task } from '../jobs/task.ts';
import type { TriggerKind, TriggerOptionsByKind } from '../triggers/create.ts';
import type { Trigger } from '../triggers/trigger.ts';
import type { IfRevision, ImportOptions, InStore, JobInput, OptionsTail } from './call-options.ts';
import {
  checkRunJob,
  IN_STORE,
  onlyOptions,
  type PrintOptions,
  type RunJobOptions,
  type ShutdownOptions,
  type StartOptions,
  shutdownLimitMs,
  storePatienceMs,
} from './call-options.ts';
import { draftsOf } from './draft-batches.ts';
import type { Engine } from './engine/engine.ts';
import { checkListener, type Listener, type SchedulerEventName } from './events.ts';
import { type Health, healthOf, type SchedulerState } from './health.ts';
import type { Listed } from './job-directory.ts';
import { logEvents } from './log.ts';
import { operationsOn } from './operations-on.ts';
import { processesOn, type SchedulerProcess } from './processes.ts';
import { checkJobQuery, checkRunQuery, type JobQuery } from './queries.ts';
import { type ScheduledJobDecorator, scheduledJobDecorator } from './scheduled-job.ts';
import type { SchedulerJobs } from './scheduler-jobs.ts';
import type { SchedulerRuns } from './scheduler-runs.ts';
import { Assembly, type RunWrapper } from './setup/assembly.ts';
import {
  type Configuration,
  type ExecutorOption,
  type FlatConfiguration,
  type JobStoreOption,
  parseConfiguration,
  type SchedulerOptions,
} from './setup/configuration.ts';
import { jobsFromText, jobToLine } from './transfer.ts';

/**
 * Ties triggers, job stores and executors together: keeps jobs, fires them when they are due, runs them, remembers how it went.
 * It keeps the process alive while it runs; `@sched/background` has one that does not, `@sched/blocking` one that holds it.
 */
export class Scheduler implements JobActions {
  readonly #assembly: Assembly;
  readonly #jobs: SchedulerJobs;
  readonly #runs: SchedulerRuns;
  readonly #systemClock: Clock;
  #state: SchedulerState = 'stopped';
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;

  /**
   * `options` are objects, or one flat object of strings. `clock` is used unless the options bring one.
   *
   * @throws InvalidOptionError naming an unknown option, or a value of the wrong type and what was expected.
   */
  constructor(options: SchedulerOptions | FlatConfiguration = {}, clock: Clock = systemClock()) {
    this.#systemClock = clock;
    this.#assembly = new Assembly(parseConfiguration(options), () => this.clock);
    const { jobs, runs } = operationsOn(this.#assembly, this, () => this.clock.now());
    this.#jobs = jobs;
    this.#runs = runs;
    logEvents(this.#assembly.events, () => this.configuration.logger);
  }

  /** Where it stands in its life. */
  get state(): SchedulerState {
    return this.#state;
  }

  /** Its configuration in the complete form. */
  get configuration(): Configuration {
    return this.#assembly.configuration;
  }

  /** The clock it goes by. */
  get clock(): Clock {
    return this.configuration.clock ?? this.#systemClock;
  }

  /**
   * Configures it further, on top of what was configured before.
   *
   * @throws SchedulerStateError once it has started; InvalidOptionError as the constructor does.
   */
  configure(options: SchedulerOptions | FlatConfiguration): void {
    if (this.#state !== 'stopped')
      throw new SchedulerStateError('configure', this.#state, 'configure it before start()');
    this.#assembly.configure(parseConfiguration(options, this.configuration));
  }

  /**
   * Opens the job stores, adds the jobs that are pending, and begins to fire; with `paused`, only after `resume()`.
   * When anything fails, everything that was opened is closed again and the jobs stay pending; a store that is not up
   * yet can be waited for. `shutdown()` ends the wait.
   *
   * @throws SchedulerStateError when it was started before; JobConflictError for a pending job whose id is taken;
   * SchedError `store-failure` when a job store cannot be opened.
   */
  async start(options: StartOptions = {}): Promise<void> {
    const patienceMs = storePatienceMs(options);
    if (this.#state !== 'stopped') {
      const hint = this.#state === 'shutdown' ? 'make a new one' : 'start() is called once';
      throw new SchedulerStateError('start', this.#state, hint);
    }
    this.#state = 'starting';
    this.#starting = this.#assembly.open(patienceMs, () => this.#jobs.addPending());
    try {
      await this.#starting;
    } catch (error) {
      this.#state = 'stopped';
      throw error;
    }
    this.#state = options.paused === true ? 'paused' : 'running';
    this.#assembly.events.emit('scheduler:started', { schedulerId: this.#assembly.engine?.id ?? '' });
    if (this.#state === 'running') this.#assembly.engine?.start();
  }

  /**
   * Ends: claims nothing more, lets what executes come to its end within the time limit, aborts the rest, closes
   * executors and job stores. Twice is once; before `start()` it does nothing.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const timeoutMs = shutdownLimitMs(options);
    this.#assembly.stopWaiting();
    await this.#opening();
    if (this.#state === 'stopped') return;
    this.#stopping ??= this.#close(timeoutMs);
    await this.#stopping;
  }

  /** Stops firing and starting runs; what executes goes on, and what becomes due meanwhile is late on `resume()`. */
  async pause(): Promise<void> {
    if (this.#state !== 'running') throw new SchedulerStateError('pause', this.#state);
    this.#state = 'paused';
    await this.#assembly.engine?.pause();
    this.#assembly.events.emit('scheduler:paused', {});
  }

  /** Goes on after `pause()` or a paused start. */
  async resume(): Promise<void> {
    if (this.#state !== 'paused') throw new SchedulerStateError('resume', this.#state);
    this.#state = 'running';
    this.#assembly.engine?.start();
    this.#assembly.events.emit('scheduler:resumed', {});
  }

  /** Looks for work now instead of at the next timer. */
  wakeup(): void {
    this.#assembly.engine?.wake();
  }

  /** How it is: working, degraded or stopped; age of the last tick, lag, stores, executors, unknown tasks. */
  health(): Health {
    return healthOf(this.#state, this.#assembly.engine, this.#assembly.executors, this.clock);
  }

  /**
   * The schedulers that work with the same job stores, this one included: by store, those that started first come first.
   * One that was shut down is not there any more; one that died is, with `isAlive: false`, for an hour.
   */
  async getProcesses(): Promise<SchedulerProcess[]> {
    return await processesOn(this.#opened('get processes'));
  }

  /**
   * Calls `listener` at each event of this name, or of any name with `'*'`. Answers how to stop.
   *
   * @throws InvalidOptionError for a name that no event has
   */
  on<Name extends SchedulerEventName | '*'>(name: Name, listener: Listener<Name>): () => void {
    checkListener(name, listener);
    this.#assembly.events.on(name, listener);
    return () => this.off(name, listener);
  }

  /** Calls `listener` no more. */
  off<Name extends SchedulerEventName | '*'>(name: Name, listener: Listener<Name>): void {
    this.#assembly.events.off(name, listener);
  }

  /**
   * Calls `wrapper` around each attempt of a run that executes here, for what a task is to find around it: a context, a transaction, a
   * span. The last one added is the outermost. Answers how to stop.
   */
  wrapRuns(wrapper: RunWrapper): () => void {
    return this.#assembly.wrapRuns(wrapper);
  }

  /** Makes a task known, so that jobs of durable stores may name it. */
  addTask(task: Task): void {
    if (!isTask(task)) throw new InvalidOptionError('task', task, 'a task made by defineTask');
    this.#assembly.tasks.register(task);
    this.wakeup();
  }

  /** Adds an executor, at any time. @throws InvalidOptionError if the alias is taken or the type unknown */
  async addExecutor(alias: string, option: ExecutorOption): Promise<void> {
    await this.#opening('add an executor');
    await this.#assembly.addExecutor(alias, option);
  }

  /** Removes an executor when what it runs has ended. Jobs that name it wait until there is one of its alias again. */
  async removeExecutor(alias: string): Promise<void> {
    await this.#opening('remove an executor');
    await this.#assembly.removeExecutor(alias);
  }

  /** Adds a job store, at any time. @throws InvalidOptionError if the alias is taken or the type unknown */
  async addJobStore(alias: string, option: JobStoreOption): Promise<void> {
    await this.#opening('add a job store');
    await this.#assembly.addJobStore(alias, option);
  }

  /** Closes a job store; its jobs stay in it. Runs of it that execute here are aborted first. */
  async removeJobStore(alias: string): Promise<void> {
    await this.#opening('remove a job store');
    await this.#assembly.removeJobStore(alias);
  }

  /**
   * Adds a job: its task, when it fires, and its options. The trigger is an object, or its kind with its options beside
   * the job's; without one the job runs once, now. Before `start()` the job is pending.
   *
   * @throws InvalidOptionError, InvalidTriggerError, UnserializableArgumentsError, JobConflictError.
   */
  async addJob<Args extends readonly unknown[], Kind extends TriggerKind>(
    task: TaskInput<Args>,
    kind: Kind,
    options: JobAndTriggerOptions<Kind, NoInfer<Args>>,
  ): Promise<Job>;
  async addJob<Args extends readonly unknown[]>(
    task: TaskInput<Args>,
    trigger?: Trigger,
    ...options: OptionsTail<NoInfer<Args>>
  ): Promise<Job>;
  async addJob(task: unknown, trigger?: unknown, ...options: readonly object[]): Promise<Job> {
    this.#usable('add a job');
    return await this.#jobs.add(draftJob(task, trigger, ...options));
  }

  /**
   * Adds many jobs, in batches; `onProgress` hears how many are in. When one is refused, none is left behind.
   *
   * @throws as {@link Scheduler.addJob}; an option that is wrong is named with the job's index: `jobs[3].timeout`.
   */
  async addJobs(
    jobs: Iterable<JobInput>,
    options: { readonly onProgress?: (added: number) => void } = {},
  ): Promise<Job[]> {
    onlyOptions(options, ['onProgress']);
    this.#usable('add jobs');
    return await this.#jobs.addAll(draftsOf(jobs), options.onProgress);
  }

  /**
   * Declares a job around a function, or as a decorator of a static method: `scheduledJob('cron', { day: 'last sun' })(report)`.
   * Its id, and the name of its task, is the id given or the function's name; declared again at each start, it stays one job.
   */
  scheduledJob<Kind extends TriggerKind>(kind: Kind, options: JobAndTriggerOptions<Kind, []>): ScheduledJobDecorator;
  scheduledJob(trigger: Trigger, options?: JobOptions<[]>): ScheduledJobDecorator;
  scheduledJob(trigger: unknown, options: { readonly id?: string } = {}, ...more: object[]): ScheduledJobDecorator {
    return scheduledJobDecorator(options.id, (task) => {
      this.#usable('add a job');
      this.#assembly.tasks.register(task);
      const draft = draftJob(task, trigger, { ...options, id: task.name, replaceExisting: true }, ...more);
      this.#jobs.add(draft).catch((thrown) => {
        this.#assembly.events.emit('scheduler:error', { error: toError(thrown), during: `scheduledJob '${draft.id}'` });
      });
    });
  }

  /**
   * Changes a job's name, arguments, trigger, executor, tags, policies or next run time, all in one step.
   *
   * @throws JobNotFoundError; JobChangedError if it is not of the revision asked for.
   */
  async modifyJob(id: string, changes: JobChanges, options: InStore & IfRevision = {}): Promise<Job> {
    this.#usable('modify a job');
    return await this.#jobs.modify(id, changes, options);
  }

  /** Gives a job another trigger, worked out from now; a paused job stays paused. @throws JobNotFoundError */
  async rescheduleJob<Kind extends TriggerKind>(
    id: string,
    trigger: Trigger | Kind,
    options: (TriggerOptionsByKind[Kind] | object) & InStore & IfRevision = {},
  ): Promise<Job> {
    this.#usable('reschedule a job');
    const { jobStore, ifRevision, ...triggerOptions } = options;
    return await this.#jobs.reschedule(id, trigger, triggerOptions, { jobStore, ifRevision });
  }

  /** Stops a job from firing until it is resumed; `reason` is shown as its note. @throws JobNotFoundError */
  async pauseJob(id: string, options: InStore & IfRevision & { readonly reason?: string } = {}): Promise<Job> {
    this.#usable('pause a job');
    return await this.#jobs.pause(id, options);
  }

  /**
   * Lets a job fire again, from now on; what it missed while paused is not made good. One without a fire time left has finished.
   *
   * @throws JobNotFoundError
   */
  async resumeJob(id: string, options: InStore & IfRevision = {}): Promise<Job> {
    this.#usable('resume a job');
    return await this.#jobs.resume(id, options);
  }

  /**
   * Runs a job now, besides what its trigger says, also while it is paused. Resolves when the run is recorded: while the job
   * has `maxInstances` runs it waits, unless `ignoreMaxInstances` is set. @throws JobNotFoundError
   */
  async runJob(id: string, options: RunJobOptions = {}): Promise<Run> {
    checkRunJob(options);
    this.#opened('run a job');
    return await this.#runs.add(id, options);
  }

  /**
   * Records runs of a job for fire times in the past, each once: what has a run already is left out. Resolves when they are
   * recorded, and says which they are. @throws JobNotFoundError, InvalidOptionError
   */
  async backfill(id: string, options: BackfillOptions): Promise<Backfill> {
    this.#opened('backfill a job');
    return await this.#runs.backfill(id, options);
  }

  /**
   * Tries a run again that ended as failed, timed-out, lost, missed, skipped or cancelled: the same run with another attempt,
   * whatever its `retry` says. Resolves when it waits to start. @throws RunNotFoundError, RunStateError; JobNotFoundError if its job
   * was removed, as one without an id of its own is once it has finished
   */
  async retryRun(runId: string): Promise<Run> {
    this.#opened('retry a run');
    return await this.#runs.retry(runId);
  }

  /**
   * Removes a job; runs of it that wait are cancelled, runs that execute go on. `ifRevision` is looked at right before.
   *
   * @throws JobNotFoundError; JobChangedError if it is not of the revision asked for.
   */
  async removeJob(id: string, options: InStore & IfRevision = {}): Promise<void> {
    this.#usable('remove a job');
    await this.#jobs.remove(id, options);
  }

  /** Removes every job, of one store or of all. */
  async removeAllJobs(where: InStore = {}): Promise<void> {
    onlyOptions(where, IN_STORE);
    this.#usable('remove all jobs');
    await this.#jobs.removeAll(where.jobStore);
  }

  /** The names of the tasks this scheduler knows and can run. */
  getTasks(): readonly string[] {
    return this.#assembly.tasks.named();
  }

  /** Whether it can run jobs of the task with this name. */
  knowsTask(name: string): boolean {
    return this.#assembly.tasks.get(name) !== undefined;
  }

  /** The job with this id; null when there is none. */
  async getJob(id: string, where: InStore = {}): Promise<Job | null> {
    onlyOptions(where, IN_STORE);
    this.#usable('get a job');
    return await this.#jobs.get(id, where.jobStore);
  }

  /** Jobs by next run time, filtered, a page at a time: hand in the list's `cursor` for the next. */
  async getJobs(query: JobQuery = {}): Promise<Listed<Job>> {
    checkJobQuery(query);
    this.#usable('get jobs');
    return await this.#jobs.list(query);
  }

  /** Writes a list of the jobs for people. */
  async printJobs({ jobStore, out = process.stdout }: PrintOptions = {}): Promise<void> {
    this.#usable('print jobs');
    out.write(await this.#jobs.print(jobStore));
  }

  /** Every job as a line of JSON, to be kept in a file or brought into another store by {@link Scheduler.importJobs}. */
  async *exportJobs(where: InStore = {}): AsyncGenerator<string> {
    onlyOptions(where, IN_STORE);
    this.#opened('export jobs');
    for await (const { job } of this.#jobs.records(where.jobStore)) yield `${jobToLine(job)}\n`;
  }

  /** Brings in what `exportJobs` wrote: all of it or, when a line is refused, nothing. Answers how many jobs were added or changed. */
  async importJobs(
    text: string | Iterable<string> | AsyncIterable<string>,
    options: ImportOptions = {},
  ): Promise<number> {
    this.#opened('import jobs');
    onlyOptions(options, [...IN_STORE, 'replaceExisting']);
    const { jobStore = 'default', replaceExisting = false } = options;
    return await this.#jobs.import(await jobsFromText(text), jobStore, replaceExisting);
  }

  /** Runs, newest first, filtered, a page at a time: hand in the list's `cursor` for the next. */
  async getRuns(query: RunQuery = {}): Promise<Listed<Run>> {
    checkRunQuery(query);
    this.#opened('get runs');
    return await this.#runs.list(query);
  }

  /** The run with this id, with all that is kept of it: its log and its attempts too. Null when there is none. */
  async getRun(runId: string): Promise<Run | null> {
    this.#opened('get a run');
    return await this.#runs.get(runId);
  }

  /** Cancels a run that waits, and asks one that executes to end, here or in another process. @throws RunNotFoundError */
  async cancelRun(runId: string): Promise<Run> {
    this.#opened('cancel a run');
    return await this.#runs.cancel(runId);
  }

  /** `await using scheduler = …`: shuts down at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#state = 'stopping';
    await this.#assembly.close(timeoutMs);
    this.#state = 'shutdown';
    this.#assembly.events.emit('scheduler:shutdown', {});
  }

  /** Resolves when a start that is under way has come to its end, good or bad. */
  async #opening(action = ''): Promise<void> {
    await this.#starting?.catch(() => {});
    if (action !== '') this.#usable(action);
  }

  #usable(action: string): void {
    if (this.#state === 'shutdown' || this.#state === 'stopping')
      throw new SchedulerStateError(action, this.#state, 'make a new one');
  }

  #opened(action: string): Engine {
    this.#usable(action);
    const { engine } = this.#assembly;
    if (engine === null) throw new SchedulerStateError(action, this.#state, 'call start() first');
    return engine;
  }
}
