// The tasks of the executor contract, and where other threads and processes find them.
import { pathToFileURL } from 'node:url';
import * as tasks from './contract-tasks.js';

/** Tasks by name, for executors that find theirs by name: make them known where tasks run. */
export const executorTasks = tasks;

/** Name of a task of the contract. */
export type ExecutorTask = keyof typeof executorTasks;

/** URL of the module that exports them, each under its name. */
export const executorTasksUrl: string = new URL(
  './contract-tasks.js',
  // CommonJS has no import.meta.
  typeof __filename === 'string' ? pathToFileURL(__filename) : import.meta.url,
).href;
