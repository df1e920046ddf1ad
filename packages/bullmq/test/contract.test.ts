// The executor contract, over a real Redis: with workers that run tasks in their event loop, and in processes of their own.
import { defineTask, ProcessPoolExecutor, type Task } from '@sched/core';
import { executorContract, executorTasks, executorTasksUrl } from '@sched/core/testing';
import { afterEach, describe, it } from 'vitest';
import { freshName, serviceUrl } from '../../core/test/services.ts';
import { type BullmqWorker, bullmq, createWorker, type WorkerOptions } from '../src/index.ts';

const connection = await serviceUrl('redis');

describe.skipIf(connection === '')('over Redis', () => {
  let workers: BullmqWorker[] = [];
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close({ timeout: 0 })));
    workers = [];
  });

  /** A scheduler's side with a worker on the other. */
  const pair = async (maxWorkers: number, worker: Pick<WorkerOptions, 'tasks' | 'executor'>) => {
    const queue = freshName();
    workers.push(createWorker({ connection, queue, concurrency: maxWorkers, ...worker }));
    await workers.at(-1)?.ready();
    return bullmq({ connection, queue, maxWorkers });
  };

  const inLoop = Object.entries(executorTasks).map(([name, run]) => defineTask(name, run as Task['run']));
  executorContract({ name: 'bullmq()', create: (maxWorkers) => pair(maxWorkers, { tasks: inLoop }) }, { describe, it });

  const inModule = Object.keys(executorTasks).map((name) =>
    defineTask(name, { module: executorTasksUrl, export: name }),
  );
  executorContract(
    {
      name: 'bullmq() with processes in the worker',
      create: (maxWorkers) => {
        const executor = new ProcessPoolExecutor({ maxWorkers, maxMemory: 24, killGrace: 1 });
        return pair(maxWorkers, { tasks: inModule, executor });
      },
      isolation: 'process',
    },
    { describe, it },
  );
});
