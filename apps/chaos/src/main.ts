// One of the processes: a scheduler on the shared store, until SIGTERM or until whoever started it is gone.
import { type JobStore, Scheduler } from '@sched/core';
import { openJournal } from './journal.ts';
import { mutatedStore } from './mutants.ts';
import { overriding } from './overriding.ts';
import { LEASE_MS, type Settings } from './settings.ts';
import { stallingStore } from './stalling-store.ts';
import { makeStore } from './stores.ts';
import { watchedStore } from './watched-store.ts';
import { workTask } from './work.ts';

const {
  store: address,
  journal,
  leaseMs = LEASE_MS,
  isWaiting = false,
  mutant,
  stall,
} = JSON.parse(process.argv[2] ?? '{}') as Settings;
const note = openJournal(journal);
const scheduler = new Scheduler({
  jobStores: { default: disturbed(await makeStore(address)) },
  tasks: [workTask(note)],
  leaseTime: leaseMs / 1000,
  logger: { warn: say, error: say },
});

process.once('SIGTERM', () => {
  // What still holds the process after this is a fault.
  process.stdin.destroy();
  void scheduler.shutdown();
});
process.stdin.resume().on('end', () => process.exit(1));
process.once('SIGUSR2', () => void scheduler.resume());
await scheduler.start({ waitForStores: true, paused: isWaiting });
note({ what: 'started', pid: process.pid });

/** The store with a claim as short as a lease, with what is to go wrong, and with a witness before all of it. */
function disturbed(store: JobStore): JobStore {
  let disturbed = overriding(store, { claimDue: (request) => store.claimDue({ ...request, ttlMs: leaseMs }) });
  if (mutant !== undefined) disturbed = mutatedStore(disturbed, mutant);
  if (stall !== undefined) disturbed = stallingStore(disturbed, stall, note);
  return watchedStore(disturbed, note);
}

function say(message: string): void {
  console.error(`${Date.now()} ${process.pid} ${message}`);
}
