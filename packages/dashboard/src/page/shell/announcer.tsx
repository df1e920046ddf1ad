// Tells screen readers of runs that end badly while the page is open; those who see have the marks.
import { signal } from '@preact/signals';
import type { RunState } from '../../api/types.ts';
import { onNews } from '../data/live.ts';
import { BAD_STATES, STATE_WORDS } from '../format/words.ts';

const text = signal('');

/** Begins to listen. Called once. */
export function startAnnouncing(): void {
  onNews((news) => {
    if (!('jobId' in news) || news.jobId === undefined) return;
    const state = BAD_STATES.find((bad: RunState) => news.type === `run:${bad}`);
    if (state !== undefined) text.value = `${STATE_WORDS[state]}: a run of ${news.jobId}`;
  });
}

export function Announcer() {
  return (
    <p class="hidden" aria-live="polite">
      {text.value}
    </p>
  );
}
