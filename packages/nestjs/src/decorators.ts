// The decorators: each writes down what it was given; the module reads it when the application starts.
import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import {
  type Listener,
  onlyOptions,
  type SchedulerEventName,
  type Trigger,
  type TriggerKind,
  type TriggerOptionsByKind,
} from '@sched/core';
import { declares } from './declarations.ts';
import type { CronTimeInput } from './declared/when.ts';
import type { FromContainer } from './nest/from-container.ts';
import type { CronOptions, ScheduledJobOptions, TimerOptions } from './options.ts';
import { DEFAULT_SCHEDULER } from './tokens.ts';

/**
 * Runs the method by a cron expression, or once at a moment. The job's id is the option `name`, else `Class.method`.
 * What cannot be understood is refused when the application starts, with the class and the method named.
 */
export function Cron(
  cronTime: CronTimeInput | FromContainer<CronTimeInput>,
  options: CronOptions | FromContainer<CronOptions> = {},
): MethodDecorator {
  return declares('Cron', 'jobs', { kind: 'Cron', when: cronTime, options });
}

type Milliseconds = number | FromContainer<number>;
type GivenOptions = TimerOptions | FromContainer<TimerOptions> | undefined;
type TimerArguments =
  | [timeout: Milliseconds, options?: GivenOptions]
  | [name: string, timeout: Milliseconds, options?: GivenOptions];

/** Runs the method every so many milliseconds, of any length. The job's id is `name`, else `Class.method`. */
export function Interval(timeout: Milliseconds, options?: TimerOptions | FromContainer<TimerOptions>): MethodDecorator;
export function Interval(
  name: string,
  timeout: Milliseconds,
  options?: TimerOptions | FromContainer<TimerOptions>,
): MethodDecorator;
export function Interval(...given: TimerArguments): MethodDecorator {
  return timer('Interval', given);
}

/** Runs the method once in each process, so many milliseconds after the application began to bootstrap. Its id is `name`, else `Class.method`. */
export function Timeout(timeout: Milliseconds, options?: TimerOptions | FromContainer<TimerOptions>): MethodDecorator;
export function Timeout(
  name: string,
  timeout: Milliseconds,
  options?: TimerOptions | FromContainer<TimerOptions>,
): MethodDecorator;
export function Timeout(...given: TimerArguments): MethodDecorator {
  return timer('Timeout', given);
}

function timer(kind: 'Interval' | 'Timeout', given: TimerArguments): MethodDecorator {
  const [first, ...rest] = given;
  if (typeof first !== 'string') return declares(kind, 'jobs', { kind, when: first, options: rest[0] ?? {} });
  return declares(kind, 'jobs', { kind, name: first, when: rest[0], options: rest[1] ?? {} });
}

/** Options of a job and of its trigger, side by side. */
type JobAndTriggerOptions<Kind extends TriggerKind> = ScheduledJobOptions & TriggerOptionsByKind[Kind];

/**
 * Runs the method by any trigger: `@ScheduledJob(new OrTrigger({ … }), { id: 'report', args: ['eu'] })`, or
 * `@ScheduledJob('calendarinterval', { months: 1, hour: 9 })`. The job has the policies and defaults of `scheduler.addJob`.
 */
export function ScheduledJob<Kind extends TriggerKind>(
  kind: Kind,
  options: JobAndTriggerOptions<Kind>,
): MethodDecorator;
export function ScheduledJob(
  trigger: Trigger | FromContainer<Trigger>,
  options?: ScheduledJobOptions | FromContainer<ScheduledJobOptions>,
): MethodDecorator;
export function ScheduledJob(trigger: unknown, options: unknown = {}): MethodDecorator {
  return declares('ScheduledJob', 'jobs', { kind: 'ScheduledJob', when: trigger, options });
}

/**
 * Makes the method a task, so that jobs may name it: `scheduler.addJob('Reports.send', 'date', { args: ['eu'] })`.
 * `name` is by default `Class.method`, `scheduler` the default one.
 */
export function DefineTask(name?: string, options: { readonly scheduler?: string } = {}): MethodDecorator {
  onlyOptions(options, ['scheduler']);
  return declares('DefineTask', 'tasks', { name: name ?? null, scheduler: options.scheduler ?? DEFAULT_SCHEDULER });
}

/** Calls the method at each event of this name, or of any name with `'*'`. */
export function OnSchedEvent<Name extends SchedulerEventName | '*'>(
  name: Name,
  options: { readonly scheduler?: string } = {},
): <Method extends Listener<Name>>(target: object, key: string, descriptor: TypedPropertyDescriptor<Method>) => void {
  onlyOptions(options, ['scheduler']);
  return declares('OnSchedEvent', 'events', { event: name, scheduler: options.scheduler ?? DEFAULT_SCHEDULER });
}

const argument = createParamDecorator((index: number, context: ExecutionContext): unknown =>
  context.getArgByIndex(index),
);

/** The argument of a job at this position, counted from 0, through pipes: `report(@JobArg(0, ParseIntPipe) region: number)`. */
export function JobArg(index: number, ...pipes: (Type<PipeTransform> | PipeTransform)[]): ParameterDecorator {
  return argument(index, ...pipes);
}
