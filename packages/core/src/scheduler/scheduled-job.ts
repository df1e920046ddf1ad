// `scheduledJob`: a job declared around a function, or as a decorator of a static method.
import { InvalidOptionError } from '../errors.ts';
import { defineTask, type TaskFunction } from '../jobs/task.ts';

/** What a standard decorator of a method is told, as far as it matters here. */
interface MethodContext {
  readonly kind: string;
  readonly name: string | symbol;
  readonly static?: boolean;
}

/**
 * Takes a function and gives it back; as a decorator of a static method, of the standard or the TypeScript kind, too.
 * The job's task has the job's id as its name, or else the function's.
 */
export interface ScheduledJobDecorator {
  <Declared extends () => unknown>(run: Declared, context?: MethodContext): Declared;
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void;
}

/** Makes the decorator; `add` gets the task under the name it is to be remembered by. */
export function scheduledJobDecorator(
  id: string | undefined,
  add: (task: ReturnType<typeof defineTask>) => void,
): ScheduledJobDecorator {
  return ((target: unknown, contextOrName?: unknown, descriptor?: PropertyDescriptor) => {
    const { run, name } =
      descriptor === undefined ? standard(target, contextOrName) : legacy(target, contextOrName, descriptor);
    if (typeof run !== 'function') throw new InvalidOptionError('scheduledJob', run, 'a function or a static method');
    add(defineTask(id ?? name, run as TaskFunction));
    return descriptor === undefined ? run : undefined;
  }) as ScheduledJobDecorator;
}

function standard(target: unknown, context: unknown): { run: unknown; name: string } {
  const told = context as MethodContext | undefined;
  if (told?.kind === 'method' && told.static !== true)
    throw new InvalidOptionError('scheduledJob', String(told.name), 'a static method: others need an object');
  return { run: target, name: typeof target === 'function' ? target.name : '' };
}

function legacy(target: unknown, name: unknown, descriptor: PropertyDescriptor): { run: unknown; name: string } {
  if (typeof target !== 'function')
    throw new InvalidOptionError('scheduledJob', String(name), 'a static method: others need an object');
  return { run: descriptor.value, name: String(name) };
}
