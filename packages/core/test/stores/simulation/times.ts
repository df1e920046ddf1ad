// The scale of the simulated world, and what is in it.
import { TASK } from '../../../src/testing/store-contract/bench.ts';

export const TICK_MS = 1000;
export const GRID_MS = 3 * TICK_MS;
export const TTL_MS = 4 * TICK_MS;
export const LEASE_MS = 4 * TICK_MS;
export const TASKS = new Set([TASK]);
export const JOBS = ['a', 'b'];
