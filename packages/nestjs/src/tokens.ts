// The names under which schedulers stand in the DI container.
import { Inject } from '@nestjs/common';

/** The name of the scheduler that is meant where none is named. */
export const DEFAULT_SCHEDULER = 'default';

/** The injection token of a scheduler: `{ provide: …, useFactory: …, inject: [getSchedulerToken('reports')] }`. */
export function getSchedulerToken(name: string = DEFAULT_SCHEDULER): string {
  return `@sched/nestjs:scheduler:${name}`;
}

/** Injects a scheduler, a `BackgroundScheduler`: `constructor(@InjectScheduler() private readonly scheduler: BackgroundScheduler) {}`. */
export function InjectScheduler(name: string = DEFAULT_SCHEDULER): PropertyDecorator & ParameterDecorator {
  return Inject(getSchedulerToken(name));
}
