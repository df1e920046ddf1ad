// What is refused at the door, and the ids of jobs.
import { defineTask } from '@sched/core';
import { describe, expect, test } from 'vitest';
import { bullmq, createWorker } from '../src/index.ts';
import { queueJobId } from '../src/queue-job.ts';

const connection = 'redis://localhost:1';
const tasks = [defineTask('a', () => {})];

test.each([
  [{}, 'connection: expected a URL such as'],
  [{ connection: 'localhost' }, 'connection: expected a URL such as'],
  [{ connection, queue: 'a:b' }, `queue: expected a non-empty string without ':', got "a:b"`],
  [{ connection, prefix: '' }, 'prefix: expected a non-empty string'],
  [{ connection, maxWorkers: 0 }, 'maxWorkers: expected a whole number of at least 1, got 0'],
  [{ connection, stallInterval: 0 }, 'stallInterval: expected a number of seconds from 1 to 86400, got 0'],
  [{ connection, killGrace: -1 }, 'killGrace: expected a number of seconds from 0'],
  [{ connection, pollInterval: Number.NaN }, 'pollInterval: expected a number of seconds from 0.1'],
  [{ connection, workers: 3 }, 'workers: expected one of connection, queue'],
])('bullmq(%o) is refused', (options, message) => {
  expect(() => bullmq(options as never)).toThrow(message);
});

test.each([
  [{ connection }, 'tasks: expected an array of tasks made by defineTask'],
  [{ connection, tasks: [] }, 'tasks: expected an array of tasks'],
  [{ connection, tasks: [() => {}] }, 'tasks[0]: expected a task made by defineTask'],
  [{ connection, tasks: [...tasks, defineTask('a', () => 1)] }, 'tasks[1]: expected a name that no other task has'],
  [{ connection, tasks, concurrency: 1.5 }, 'concurrency: expected a whole number'],
  [
    { connection, tasks, executor: { type: 'local' } },
    'executor: expected an executor such as new ProcessPoolExecutor',
  ],
  [{ connection, tasks, maxWorkers: 3 }, 'maxWorkers: expected one of connection'],
])('createWorker(%o) is refused', (options, message) => {
  expect(() => createWorker(options as never)).toThrow(message);
});

test('a Redis that cannot be reached is told when the scheduler starts', async () => {
  const executor = bullmq({ connection });
  await expect(executor.start({ setTimer: () => ({ cancel() {} }) })).rejects.toMatchObject({
    code: 'executor-failure',
    message: expect.stringMatching(/the queue 'sched' cannot be reached: .*ECONNREFUSED/),
  });
  expect(executor.free).toBe(0);
  const worker = createWorker({ connection, tasks, logger: null });
  await worker.close();
});

describe('the id of a job', () => {
  const ids = [
    queueJobId('a/1/5', 1),
    queueJobId('a/1/5', 2),
    queueJobId('a:b/1/5', 1),
    queueJobId('a%3Ab/1/5', 1),
    queueJobId('a#2/1/5', 1),
    queueJobId('a/1/5', 1, 'other'),
    queueJobId('a/1/5', 3, 'o/t:h'),
  ];

  test('is the idempotency key, and its own for each attempt and job store', () => {
    expect(ids).toEqual([
      'a/1/5',
      'a/1/5#2',
      'a%3Ab/1/5',
      'a%253Ab/1/5',
      'a%232/1/5',
      'other/a/1/5',
      'o%2Ft%3Ah/a/1/5#3',
    ]);
    expect(ids.filter((id) => id.includes(':'))).toEqual([]);
  });
});
