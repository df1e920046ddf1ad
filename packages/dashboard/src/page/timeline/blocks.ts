// The past of a lane as blocks: runs that would lie on top of each other become one.
import type { RunGlance, RunState } from '../../api/types.ts';
import { percentOf, type TimeWindow } from './window.ts';

/** Runs of one state that are drawn as one. */
export interface Block {
  readonly state: RunState;
  /** In percent of the window. */
  readonly left: number;
  readonly width: number;
  readonly count: number;
  /** The newest of them. */
  readonly run: RunGlance;
}

/** Blocks begin at least so far from each other, in percent of the window; those with a mark need more room. */
const SLOT = { plain: 0.6, marked: 1.6 };

/** Whether the state is drawn with its mark: what went as it should needs none. */
export function isMarked(state: RunState): boolean {
  return state !== 'succeeded' && state !== 'queued';
}

/** The blocks of a lane, in the order they are drawn. */
export function blocksOf(runs: readonly RunGlance[], window: TimeWindow, nowMs: number): Block[] {
  const bySlot = new Map<string, Block>();
  for (const run of runs) {
    const startMs = Date.parse(run.fireTime) + Math.max(0, run.lateMs ?? 0);
    const endMs = run.state === 'running' ? nowMs : startMs + (run.durationMs ?? 0);
    const left = Math.max(0, percentOf(startMs, window));
    const right = Math.min(100, percentOf(endMs, window));
    if (left >= 100 || right < 0) continue;
    const key = `${run.state} ${Math.floor(left / (isMarked(run.state) ? SLOT.marked : SLOT.plain))}`;
    const before = bySlot.get(key);
    const begin = Math.min(left, before?.left ?? left);
    const end = Math.max(right, before === undefined ? right : before.left + before.width);
    bySlot.set(key, { state: run.state, left: begin, width: end - begin, count: (before?.count ?? 0) + 1, run });
  }
  return [...bySlot.values()];
}
