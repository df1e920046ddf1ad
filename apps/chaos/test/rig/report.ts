// What is printed of each chaos: a line of figures for each store.
import type { Chaos } from './chaos.ts';
import { claimsIn, type Faults, finishesIn } from './checks.ts';

const COLUMNS = ['backend', 'fires', 'duplicates', 'lost', 'stale-rejected', 'max-lag'] as const;
const FAULT_COLUMNS = ['kills', 'stops', 'cuts', 'lost-replies', 'server-restarts', 'rest'] as const;

/** The names of the columns. */
export function header(): string {
  return row([...COLUMNS, ...FAULT_COLUMNS]);
}

/** The figures of one chaos. */
export function line(backend: string, chaos: Chaos, faults: Faults): string {
  const { done } = chaos;
  return row([
    backend,
    chaos.runs.length,
    faults.onceRecorded.length,
    faults.noneLost.length,
    staleRejected(chaos),
    `${maxLagMs(chaos)} ms`,
    ...[done.kill, done.stop, done.cut, done['lose-reply'], done['restart-server']],
    chaos.quietAfterMs === null ? 'never' : `${chaos.quietAfterMs} ms`,
  ]);
}

/** Reports of ends that came from somebody who did not hold the run any more. */
export function staleRejected({ entries }: Pick<Chaos, 'entries'>): number {
  return finishesIn(entries).filter(({ state }) => state === null).length;
}

/** The longest wait of a run from when it was available to its first start that was noted. */
function maxLagMs({ entries }: Chaos): number {
  const first = claimsIn(entries).filter(({ attempt }) => attempt === 1);
  return Math.max(0, ...first.map(({ availableAt, claimedAt }) => claimedAt - availableAt));
}

function row(cells: readonly (string | number)[]): string {
  const names = [...COLUMNS, ...FAULT_COLUMNS];
  return cells.map((cell, index) => `${cell}`.padStart(Math.max(8, names[index]?.length ?? 0))).join('  ');
}
