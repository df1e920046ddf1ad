// What the service does by itself: jobs that decorators declare, and events.
import { Injectable, Logger } from '@nestjs/common';
import { currentRun, type RunEvent } from '@sched/core';
import { Cron, CronExpression, OnSchedEvent, Timeout } from '@sched/nestjs';
import { Reminders } from './reminders.ts';

@Injectable()
export class Housekeeping {
  readonly #logger = new Logger('Reminders');
  readonly #reminders: Reminders;

  constructor(reminders: Reminders) {
    this.#reminders = reminders;
  }

  /** So that there is something to see. */
  @Timeout('first', 1000)
  async first(): Promise<void> {
    const waiting = await this.#reminders.list();
    currentRun()?.log(`${waiting.length} reminders were waiting in the store`);
    await this.#reminders.add('this is how a reminder looks', 2);
  }

  @Cron(CronExpression.EVERY_5_SECONDS, { name: 'summary', waitForCompletion: true, misfireGraceTime: 5 })
  async summary(): Promise<void> {
    const [next, ...others] = await this.#reminders.list();
    const text = next === undefined ? 'nothing to remember' : `next is "${next.args[0]}", and ${others.length} more`;
    currentRun()?.log(text);
  }

  @OnSchedEvent('run:started')
  started({ run }: RunEvent): void {
    this.#logger.log(`run ${run.id} of ${run.task}, ${run.reason}`);
  }
}
