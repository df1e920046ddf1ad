// Something of the API that a view shows: loaded, kept while it is loaded anew, and brought up to date by live events.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { after } from '../clock.ts';
import { type LiveNews, liveState, onNews } from './live.ts';

/** What a view knows of a resource. */
export interface Resource<Data> {
  readonly data: Data | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Loads it anew; what is there stays until the answer. */
  readonly reload: () => void;
  /** Puts another value in its place, as an action answered it. */
  readonly set: (data: Data) => void;
}

/** How it is kept up to date. */
export interface Freshness {
  /** Which news are a reason to load it anew. @default none */
  readonly on?: (news: LiveNews) => boolean;
  /** Loads it this often in any case, in milliseconds. @default 60000 */
  readonly everyMs?: number;
}

/** News come in bursts: the resource is loaded at most this often because of them. */
const BURST_MS = 1200;
/** How often it is asked while there are no live events. */
const WITHOUT_LIVE_MS = 10_000;

interface Loaded<Data> {
  readonly key: string;
  readonly data: Data | null;
  readonly error: unknown;
}

/** `key` says which resource it is: with another one everything begins anew. null = nothing to load. */
export function useResource<Data>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<Data>,
  freshness: Freshness = {},
): Resource<Data> {
  const [loaded, setLoaded] = useState<Loaded<Data>>({ key: '', data: null, error: null });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const latest = useRef(load);
  latest.current = load;

  // A turn is a reason to load again, and is not read.
  useEffect(() => {
    if (key === null) return;
    const ended = new AbortController();
    const settle = (data: Data | null, error: unknown) => {
      if (ended.signal.aborted) return;
      // A failure to bring it up to date leaves what was shown, with word of the failure.
      setLoaded((before) => ({ key, data: data ?? (before.key === key ? before.data : null), error }));
    };
    latest.current(ended.signal).then(
      (data) => settle(data, null),
      (error) => settle(null, error),
    );
    return () => ended.abort();
  }, [key, turn]);

  useFreshness(key, reload, freshness);
  const isCurrent = loaded.key === key;
  const data = isCurrent ? loaded.data : null;
  const error = isCurrent ? loaded.error : null;
  const set = useCallback((next: Data) => setLoaded({ key: key ?? '', data: next, error: null }), [key]);
  return { data, error, isLoading: key !== null && data === null && error === null, reload, set };
}

function useFreshness(key: string | null, reload: () => void, { on, everyMs = 60_000 }: Freshness): void {
  const isReason = useRef(on);
  isReason.current = on;
  const live = liveState.value;
  useEffect(() => {
    if (key === null) return;
    let giveUp: (() => void) | null = null;
    const soon = (ms: number) => {
      giveUp ??= after(ms, () => {
        giveUp = null;
        reload();
      });
    };
    const stop = onNews((news) => {
      if (isReason.current?.(news) === true) soon(BURST_MS);
    });
    return () => {
      stop();
      giveUp?.();
    };
  }, [key, reload]);
  useEffect(() => {
    if (key === null) return;
    let giveUp: () => void = () => {};
    const wait = () => {
      giveUp = after(live === 'lost' ? Math.min(WITHOUT_LIVE_MS, everyMs) : everyMs, () => {
        if (document.visibilityState === 'visible') reload();
        wait();
      });
    };
    wait();
    return () => giveUp();
  }, [key, reload, everyMs, live]);
}
