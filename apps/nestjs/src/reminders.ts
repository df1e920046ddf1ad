// Reminders: each is a job that runs once and names this provider's method.
import { Injectable } from '@nestjs/common';
import { currentRun, type Job, type Scheduler } from '@sched/core';
import { DefineTask, InjectScheduler } from '@sched/nestjs';

const TASK = 'remind';

/** Keeps reminders and tells of them. */
@Injectable()
export class Reminders {
  readonly #scheduler: Scheduler;

  constructor(@InjectScheduler() scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Tells of a reminder. What it says is in the log, with the time it was due. */
  @DefineTask(TASK)
  remind(text: string): void {
    const run = currentRun();
    const late = Math.round((Date.now() - (run?.fireTime.getTime() ?? Date.now())) / 1000);
    run?.log(`${text}${late > 0 ? ` (${late} s late, better than never)` : ''}`);
  }

  /** Adds a reminder for so many seconds from now. */
  async add(text: string, seconds: number): Promise<Job> {
    return await this.#scheduler.addJob(TASK, 'date', {
      runDate: new Date(Date.now() + seconds * 1000),
      args: [text],
      // Tried again if the process dies in the middle.
      retry: { maxAttempts: 3 },
    });
  }

  /** What is still to come. */
  async list(): Promise<readonly Job[]> {
    return await this.#scheduler.getJobs({ task: TASK, state: 'active' });
  }

  /** Forgets a reminder; false if there is none. */
  async remove(id: string): Promise<boolean> {
    const job = await this.#scheduler.getJob(id);
    if (job?.task !== TASK) return false;
    await job.remove();
    return true;
  }
}
