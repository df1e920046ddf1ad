// docs/from-node-cron.md tells the truth: of ours, and, played on node-cron itself, of what was before.
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { blocks, faults, play, playIn, readPage, snippets } from './snippets.ts';

/** A Sunday; not on the minute, where node-cron would wait for the next one. */
const START = '2026-11-22T12:00:01Z';

// Installed for the benchmarks, which compare with it.
const nodeCron = createRequire(new URL('../../../../apps/bench/package.json', import.meta.url))('node-cron');

/** The names of node-cron 4.6: its exports, the options, members and events of a task, and what a function is called with. */
const NAMES = {
  functions:
    'schedule createTask validate validateDetailed parse getTasks getTask setLogger setRunCoordinator shutdown solvePath',
  options: `timezone name noOverlap distributed runCoordinator distributedLease maxExecutions maxRandomDelay logger
    suppressMissedWarning missedExecutionTolerance executeTimeout startTimeout unref scheduled recoverMissedExecutions
    runOnInit`,
  'a task': `id name start stop getStatus destroy execute getNextRun getNextRuns match msToNext isBusy runsLeft getPattern
    lastRun unref ref on off once`,
  events: `task:started task:stopped task:destroyed task:failed execution:started execution:finished execution:failed
    execution:missed execution:overlap execution:maxReached execution:skipped not-elected coordinator-error`,
  'the context': 'date dateLocalIso task execution triggeredAt reason startedAt finishedAt error result',
} as const;

const page = readPage('from-node-cron.md');
const tables = page.replace(/^```[\s\S]*?^```$/gm, '');
const after = snippets(page);
const before = blocks(page, 'js').map((source, index) => ({ title: `${index}: ${source.split('\n')[2]}`, source }));

test.each(Object.entries(NAMES))('names all of node-cron: %s', (_kind, names) => {
  expect(names.split(/\s+/).filter((name) => !new RegExp(`\\b${name}\\b`).test(tables))).toEqual([]);
});

test('these are the names it has', () => {
  const functions = NAMES.functions.split(/\s+/);
  expect(
    Object.keys(nodeCron)
      .filter((name) => name !== 'default' && name !== 'nodeCron')
      .sort(),
  ).toEqual(functions.sort());
  const task = nodeCron.createTask('* * * * *', () => {});
  const missing = NAMES['a task'].split(/\s+/).filter((name) => name !== 'name' && !(name in task));
  task.destroy();
  expect(missing).toEqual([]);
});

test('the programs compile', () => {
  expect(after.length).toBeGreaterThan(5);
  expect(faults(after)).toEqual([]);
}, 120_000);

test.each(after)('after: $title', async (program) => {
  expect(await play(program, START)).toEqual([]);
});

describe('on node-cron', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date(START) });
    const silent = () => {};
    nodeCron.setLogger({ info: silent, warn: silent, error: silent, debug: silent });
  });
  afterEach(() => {
    for (const task of nodeCron.getTasks().values()) task.destroy();
    nodeCron.setRunCoordinator(undefined);
    vi.useRealTimers();
  });

  test.each(before)('before: $title', async (program) => {
    const modules = { 'node-cron': nodeCron };
    const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);
    expect(await playIn({ modules, Date, setTimeout, later }, program)).toEqual([]);
  });
});
