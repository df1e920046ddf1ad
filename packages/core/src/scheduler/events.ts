// What a scheduler tells: typed events, and the emitter that no listener can break.
import { type Channel, channel } from 'node:diagnostics_channel';
import { InvalidOptionError, toError } from '../errors.ts';
import type { Run } from '../jobs/run.ts';

/** A job by its id and where it is kept. */
export interface JobEvent {
  readonly jobId: string;
  /** Alias of its job store. */
  readonly jobStore: string;
}

/** Something happened to a run; `run` is as it was right after. */
export interface RunEvent extends JobEvent {
  readonly run: Run;
}

/** Every event and what it carries. */
export interface SchedulerEvents {
  'scheduler:started': { readonly schedulerId: string };
  'scheduler:paused': Record<never, never>;
  'scheduler:resumed': Record<never, never>;
  'scheduler:shutdown': Record<never, never>;
  /** Something went wrong that no caller waits for: a listener that threw, a trigger that failed. */
  'scheduler:error': { readonly error: Error; readonly during: string };
  /** The wall clock moved against the monotonic one: suspended host, adjusted clock. Positive = forward. */
  'clock:jumped': { readonly byMs: number };
  /** The clock of a job store and this process's differ by a second or more; told when it begins. Positive = the store is ahead. */
  'clock:skewed': { readonly jobStore: string; readonly byMs: number };
  'job-store:added': { readonly alias: string };
  'job-store:removed': { readonly alias: string };
  /** A job store fails; it is tried again with growing waits. */
  'job-store:degraded': { readonly alias: string; readonly error: Error };
  'job-store:recovered': { readonly alias: string; readonly downMs: number };
  /** A job store says, in a sentence, what is no failure and should be known: that its server may have lost what it had acknowledged. */
  'job-store:notice': { readonly alias: string; readonly notice: string };
  'executor:added': { readonly alias: string };
  'executor:removed': { readonly alias: string };
  /** Jobs or runs wait for a task that this process does not know; told once for each task. */
  'task:unknown': { readonly task: string; readonly waiting: number; readonly jobStore: string };
  /** Runs of tasks that this process knows wait for an executor that it lacks; told once for each executor. */
  'executor:unknown': { readonly executor: string; readonly waiting: number; readonly jobStore: string };
  'job:added': JobEvent;
  /** Its definition, trigger or policies changed. */
  'job:modified': JobEvent;
  /** By hand, or after as many failures in a row as its `pauseOnFailure` allows; `reason` is its note. */
  'job:paused': JobEvent & { readonly reason: string | null };
  'job:resumed': JobEvent;
  'job:removed': JobEvent;
  /** It has no fire time left: by its trigger, its `endDate` or its `maxRuns`; told after what brought it there. */
  'job:finished': JobEvent;
  /** It was set aside because its row or trigger cannot be understood. */
  'job:error': JobEvent & { readonly error: string };
  'run:started': RunEvent;
  'run:succeeded': RunEvent & { readonly result: unknown };
  'run:failed': RunEvent & { readonly error: Error };
  'run:timed-out': RunEvent & { readonly error: Error };
  /** An attempt ended badly and another follows. */
  'run:retrying': RunEvent & { readonly error: Error; readonly retryInMs: number };
  /** It could not start before its grace time was over. */
  'run:missed': RunEvent;
  /** It was due while `maxInstances` runs were open. */
  'run:skipped': RunEvent;
  'run:cancelled': RunEvent;
  /** Its process died, or lost the lease on it. */
  'run:lost': RunEvent;
  /** The task called `currentRun().log(message)`; `run` is as it was when it started. */
  'run:log': RunEvent & { readonly runId: string; readonly message: string };
  /** The task called `currentRun().progress(fraction, text)`: told at most about once a second, and before the run's end. */
  'run:progress': RunEvent & { readonly fraction: number; readonly text: string };
}

export type SchedulerEventName = keyof SchedulerEvents;

const NAMES: { readonly [Name in SchedulerEventName | '*']: true } = {
  '*': true,
  'scheduler:started': true,
  'scheduler:paused': true,
  'scheduler:resumed': true,
  'scheduler:shutdown': true,
  'scheduler:error': true,
  'clock:jumped': true,
  'clock:skewed': true,
  'job-store:added': true,
  'job-store:removed': true,
  'job-store:degraded': true,
  'job-store:recovered': true,
  'job-store:notice': true,
  'executor:added': true,
  'executor:removed': true,
  'task:unknown': true,
  'executor:unknown': true,
  'job:added': true,
  'job:modified': true,
  'job:paused': true,
  'job:resumed': true,
  'job:removed': true,
  'job:finished': true,
  'job:error': true,
  'run:started': true,
  'run:succeeded': true,
  'run:failed': true,
  'run:timed-out': true,
  'run:retrying': true,
  'run:missed': true,
  'run:skipped': true,
  'run:cancelled': true,
  'run:lost': true,
  'run:log': true,
  'run:progress': true,
};

/** @throws InvalidOptionError if nothing is ever told under this name, or nobody would be called */
export function checkListener(name: unknown, listener: unknown): void {
  if (typeof name !== 'string' || !Object.hasOwn(NAMES, name))
    throw new InvalidOptionError('event', name, `one of ${Object.keys(NAMES).join(', ')}`);
  if (typeof listener !== 'function') throw new InvalidOptionError('listener', listener, 'a function');
}

/** An event with its name, as listeners of `'*'` get it. */
export type AnySchedulerEvent = {
  [Name in SchedulerEventName]: { readonly type: Name } & SchedulerEvents[Name];
}[SchedulerEventName];

/** What listeners of a name are called with. */
type Heard = { [Name in SchedulerEventName]: { readonly type: Name } & SchedulerEvents[Name] } & {
  readonly '*': AnySchedulerEvent;
};

/** Called with an event, sync or async; what it throws or rejects with is reported as `scheduler:error` and goes no further. */
export type Listener<Name extends SchedulerEventName | '*'> = (event: Heard[Name]) => unknown;

type AnyListener = (event: never) => void;

/** For each event the channel of the process that carries it: `sched:` and its name. Made once; one without subscribers costs a look. */
const channels = new Map<string, Channel>();

function channelOf(name: string): Channel {
  let known = channels.get(name);
  if (known === undefined) {
    known = channel(`sched:${name}`);
    channels.set(name, known);
  }
  return known;
}

/** Hands events to listeners, in the order they were added, and to whoever subscribes to their channels. */
export class EventHub {
  readonly #listeners = new Map<string, Set<AnyListener>>();

  on<Name extends SchedulerEventName | '*'>(name: Name, listener: Listener<Name>): void {
    const known = this.#listeners.get(name);
    if (known === undefined) this.#listeners.set(name, new Set([listener as AnyListener]));
    else known.add(listener as AnyListener);
  }

  off<Name extends SchedulerEventName | '*'>(name: Name, listener: Listener<Name>): void {
    const known = this.#listeners.get(name);
    known?.delete(listener as AnyListener);
    if (known?.size === 0) this.#listeners.delete(name);
  }

  /** Whether anybody would hear it: lets the caller save the work of making the event. */
  hears(name: SchedulerEventName): boolean {
    return this.#listeners.has(name) || this.#listeners.has('*') || channelOf(name).hasSubscribers;
  }

  emit<Name extends SchedulerEventName>(name: Name, payload: SchedulerEvents[Name]): void {
    if (!this.hears(name)) return;
    const event = Object.freeze({ type: name, ...payload });
    const everybody = channelOf(name);
    if (everybody.hasSubscribers) everybody.publish(event);
    for (const key of [name, '*']) {
      for (const listener of [...(this.#listeners.get(key) ?? [])]) this.#call(listener, event, name);
    }
  }

  #call(listener: AnyListener, event: object, name: SchedulerEventName): void {
    try {
      const result: unknown = (listener as (event: object) => unknown)(event);
      // An async listener's rejection would otherwise end the process.
      if (result instanceof Promise) result.catch((error) => this.#listenerFailed(error, name));
    } catch (error) {
      this.#listenerFailed(error, name);
    }
  }

  #listenerFailed(thrown: unknown, name: SchedulerEventName): void {
    // A listener of scheduler:error that throws would call itself for ever.
    if (name === 'scheduler:error') return;
    const error = toError(thrown);
    this.emit('scheduler:error', { error, during: `a listener of ${name}` });
  }
}
