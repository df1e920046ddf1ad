// Keeps a list of runs up to date by live events, which carry the run as lists have it.
import { useEffect, useRef } from 'preact/hooks';
import type { Run } from '../../api/types.ts';
import { after } from '../clock.ts';
import { onNews } from '../data/live.ts';
import type { PagedList } from '../data/paged.ts';

const PAUSE_MS = 500;

/** `isIn` says which runs belong to the list. */
export function useFreshRuns(list: PagedList<Run>, isIn: (run: Run) => boolean): void {
  const latest = useRef({ list, isIn });
  latest.current = { list, isIn };
  useEffect(() => {
    // Events come in bursts, and each change draws the list.
    const heard = new Map<string, Run>();
    let giveUp: (() => void) | null = null;
    const stop = onNews((news) => {
      if (news.type === 'reset') latest.current.list.reload();
      const run = 'data' in news ? (news.data['run'] as Run | undefined) : undefined;
      if (run === undefined) return;
      heard.set(run.id, run);
      giveUp ??= after(PAUSE_MS, () => {
        giveUp = null;
        const runs = [...heard.values()];
        heard.clear();
        latest.current.list.change((items) => merged(items, runs, latest.current.isIn));
      });
    });
    return () => {
      stop();
      giveUp?.();
    };
  }, []);
}

/** The list with these runs in their places, newest fire time first. */
function merged(items: readonly Run[], runs: readonly Run[], isIn: (run: Run) => boolean): readonly Run[] {
  const heard = new Set(runs.map(({ id }) => id));
  const welcome = runs.filter(isIn);
  const others = items.filter(({ id }) => !heard.has(id));
  if (welcome.length === 0 && others.length === items.length) return items;
  return [...others, ...welcome].sort((a, b) => b.fireTime.localeCompare(a.fireTime) || (b.id < a.id ? -1 : 1));
}
