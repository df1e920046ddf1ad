// What one of the processes is told when it starts.
import type { MutantName } from './mutants.ts';
import type { StoreAddress } from './stores.ts';

/** Where a process is to stop itself, the first time it gets there. */
export interface Stall {
  /** `commitFires`: it has worked out fires and not recorded them. `finishRuns`: a body has ended and is not reported. */
  readonly before: 'commitFires' | 'finishRuns';
  readonly jobId: string;
}

/** Settings of one process, as JSON in its arguments. */
export interface Settings {
  readonly store: StoreAddress;
  /** File of its own, to which it appends what it does. */
  readonly journal: string;
  /** Length of its leases and claims, in milliseconds. @default 1000 */
  readonly leaseMs?: number;
  /** It does nothing until SIGUSR2. @default false */
  readonly isWaiting?: boolean;
  readonly mutant?: MutantName;
  readonly stall?: Stall;
}

/** Leases and claims of the processes, in milliseconds: short, so that stalls outlast them. */
export const LEASE_MS = 1000;
