// What decorators write down on a method, and how it is read again. Each writes into a list, so a method may have several.
import 'reflect-metadata';
import { InvalidOptionError } from '@sched/core';

/** Which decorator it was. */
export type JobKind = 'Cron' | 'Interval' | 'Timeout' | 'ScheduledJob';

/** A decorator of a job, as it was written. */
export interface JobDeclaration {
  readonly kind: JobKind;
  /** The name that stood before the milliseconds of an `@Interval` or `@Timeout`. */
  readonly name?: string;
  /** Expression, milliseconds or trigger, or how the container makes it. */
  readonly when: unknown;
  /** Options, or how the container makes them. */
  readonly options: unknown;
}

/** What was declared of a method. */
export interface MethodDeclarations {
  /** In the order of the source text. */
  readonly jobs: readonly JobDeclaration[];
  /** Names of the tasks it is known by; null: the one of its class and method. */
  readonly tasks: readonly { readonly name: string | null; readonly scheduler: string }[];
  /** The events it listens to. */
  readonly events: readonly { readonly event: string; readonly scheduler: string }[];
}

const KEY = '@sched/nestjs:declarations';
const NOTHING: MethodDeclarations = { jobs: [], tasks: [], events: [] };

/** What was declared of a function; null if nothing was. */
export function declarationsOf(method: unknown): MethodDeclarations | null {
  if (typeof method !== 'function') return null;
  const declared: unknown = Reflect.getMetadata(KEY, method);
  return (declared as MethodDeclarations | undefined) ?? null;
}

/** A method decorator that adds to what is declared. Decorators are applied from the last to the first. */
export function declares<Kind extends keyof MethodDeclarations>(
  decorator: string,
  kind: Kind,
  declaration: MethodDeclarations[Kind][number],
): MethodDecorator {
  return (target, key, descriptor) => {
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function' || typeof target === 'function' || typeof key !== 'string') {
      throw new InvalidOptionError(`@${decorator}`, String(key), 'a method of an instance with a name');
    }
    const before = declarationsOf(method) ?? NOTHING;
    Reflect.defineMetadata(KEY, { ...before, [kind]: [declaration, ...before[kind]] }, method);
  };
}
