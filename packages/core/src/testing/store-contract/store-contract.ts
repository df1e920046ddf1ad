// What every job store has to do, as cases for a test runner.
import type { ContractRunner } from '../contract-runner.ts';
import { casesOf, type StoreSubject } from './bench.ts';
import { commitCases } from './commit.ts';
import { controlCases } from './control.ts';
import { dueCases } from './due.ts';
import { historyCases } from './history.ts';
import { isolationCases } from './isolation.ts';
import { jobCases } from './jobs.ts';
import { leaseCases } from './leases.ts';
import { noteCases } from './notes.ts';
import { processCases } from './processes.ts';
import { openCases, reopenCases } from './reopen.ts';
import { runCases } from './runs.ts';

/**
 * Registers the cases a job store has to pass. Each case makes a store of its own.
 *
 * @example storeContract({ name: 'MyStore', create: () => new MyStore() }, { describe, it });
 */
export function storeContract(subject: StoreSubject, runner: ContractRunner): void {
  const it = casesOf(subject, runner);
  runner.describe(`${subject.name} keeps the store contract`, () => {
    runner.describe('jobs', () => jobCases(it));
    runner.describe('due', () => dueCases(it));
    runner.describe('commit', () => commitCases(it));
    runner.describe('runs', () => runCases(it));
    runner.describe('leases', () => leaseCases(it));
    runner.describe('control', () => controlCases(it));
    runner.describe('notes', () => noteCases(it));
    runner.describe('history', () => historyCases(it));
    runner.describe('isolation', () => isolationCases(it));
    runner.describe('processes', () => processCases(it));
    runner.describe('opening', () => openCases(it));
    if (subject.reopen !== undefined) runner.describe('restart', () => reopenCases(it));
  });
}
