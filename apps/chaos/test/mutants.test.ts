// Each check is shown to fail: a process works on a store that breaks one promise, and the check of that promise says so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import type { MutantName } from '../src/mutants.ts';
import { type Evidence, faultsOf, type Promised } from './rig/checks.ts';
import * as scenes from './rig/scenes.ts';

const directory = mkdtempSync(join(tmpdir(), 'sched-mutants-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const address = (name: string) => ({ type: 'sqlite', url: join(directory, `${name}.sqlite`) }) as const;

interface Case {
  readonly mutant: MutantName;
  readonly play: (scene: scenes.Scene) => Promise<Evidence>;
  readonly broken: Promised;
}

const CASES: readonly Case[] = [
  { mutant: 'commit-without-version', play: scenes.stalledCommit, broken: 'onceRecorded' },
  { mutant: 'advance-before-insert', play: scenes.deathInCommit, broken: 'noneLost' },
  { mutant: 'finish-without-token', play: scenes.stalledFinish, broken: 'newestAccepted' },
  { mutant: 'claim-without-limit', play: scenes.crowd, broken: 'limitKept' },
  { mutant: 'lease-without-end', play: scenes.deathInBody, broken: 'comesToRest' },
  { mutant: 'claim-twice', play: scenes.peace, broken: 'repeatedUnderNewToken' },
];

describe.concurrent('a check notices', { timeout: 600_000 }, () => {
  for (const { mutant, play, broken } of CASES) {
    it(`${mutant}: ${broken}`, async ({ expect }) => {
      const faults = faultsOf(await play({ address: address(mutant), mutant }));
      expect(faults[broken]).not.toEqual([]);
    });

    it(`nothing in the same scene without ${mutant}`, async ({ expect }) => {
      const faults = faultsOf(await play({ address: address(`${mutant}-not`), mutant: null }));
      expect(Object.values(faults).flat()).toEqual([]);
    });
  }
});
