// A health indicator for `@nestjs/terminus`, of which it needs nothing but the shape of its answers.
import { Inject } from '@nestjs/common';
import type { Health } from '@sched/core';
import { Schedulers } from './schedulers.ts';
import { DEFAULT_SCHEDULER } from './tokens.ts';

/** What terminus takes from an indicator. */
export type SchedHealthResult<Key extends string> = Record<
  Key,
  { readonly status: 'up' | 'down' } & Pick<Health, 'state' | 'lagMs' | 'running' | 'unknownTasks' | 'jobStores'>
>;

/** `health.check([() => indicator.isHealthy('scheduler')])`, with terminus 11 or newer. */
export class SchedHealthIndicator {
  readonly #schedulers: Schedulers;

  /** Made by the module. */
  constructor(@Inject(Schedulers) schedulers: Schedulers) {
    this.#schedulers = schedulers;
  }

  /**
   * `up` while the scheduler fires and its stores answer, `down` while one fails, it is paused, or it has shut down.
   *
   * @throws InvalidOptionError if there is no scheduler of this name
   */
  isHealthy<Key extends string>(key: Key, scheduler: string = DEFAULT_SCHEDULER): SchedHealthResult<Key> {
    const { status, state, lagMs, running, unknownTasks, jobStores } = this.#schedulers.get(scheduler).health();
    const details = { status: status === 'ok' ? 'up' : 'down', state, lagMs, running, unknownTasks, jobStores };
    return { [key]: details } as SchedHealthResult<Key>;
  }
}
