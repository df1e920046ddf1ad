// Live events: one EventSource for the page, which goes on where it was after a break.
import { signal } from '@preact/signals';
import type { LiveEvent } from '../../api/types.ts';
import { after } from '../clock.ts';
import { API_URL } from './api.ts';

/** How the connection stands. */
export const liveState = signal<'connecting' | 'open' | 'lost'>('connecting');

/** What listeners get: an event, or word that what is shown may be out of date. */
export type LiveNews = LiveEvent | { readonly type: 'reset' };

type Listener = (news: LiveNews) => void;

const listeners = new Set<Listener>();
const RESET: LiveNews = { type: 'reset' };
const REOPEN_MS = 5000;

/** Hears live events until the answer is called. */
export function onNews(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens the stream. Called once. */
export function openLive(): void {
  const source = new EventSource(new URL('events', API_URL));
  let wasOpen = false;
  source.addEventListener('open', () => {
    liveState.value = 'open';
    wasOpen = true;
  });
  source.addEventListener('sched', ({ data }) => tell(JSON.parse(data) as LiveEvent));
  for (const name of ['reset', 'elsewhere']) source.addEventListener(name, () => tell(RESET));
  source.addEventListener('error', () => {
    liveState.value = 'lost';
    // While it is CONNECTING the browser tries again by itself, with the id of the last event.
    if (source.readyState !== EventSource.CLOSED) return;
    after(REOPEN_MS, () => {
      openLive();
      if (wasOpen) tell(RESET);
    });
  });
}

function tell(news: LiveNews): void {
  for (const listener of listeners) listener(news);
}

/** Whether the news may concern this job. */
export function concernsJob(news: LiveNews, jobId: string): boolean {
  return news.type === 'reset' || ('jobId' in news && news.jobId === jobId);
}
