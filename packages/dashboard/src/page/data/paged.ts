// A long list that is loaded a part at a time, as far as somebody looks.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** A part of a list, and where the next begins. */
export interface Part<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}

/** What a view knows of a long list. */
export interface PagedList<Item> {
  readonly items: readonly Item[];
  /** There is more than what is loaded. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  /** Loads the next part, unless one is being loaded. */
  readonly more: () => void;
  /** Begins anew; what is there stays until the answer. */
  readonly reload: () => void;
  /** Changes what is loaded. */
  readonly change: (changed: (items: readonly Item[]) => readonly Item[]) => void;
}

interface State<Item> extends Part<Item> {
  readonly key: string;
  readonly status: 'loading' | 'idle' | 'failed';
  readonly error: unknown;
}

/** `key` says which list it is: with another one it begins anew. */
export function usePaged<Item>(
  key: string,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Part<Item>>,
): PagedList<Item> {
  const [state, setState] = useState<State<Item>>(begin(key));
  const latest = useRef({ load, key, state });
  latest.current = { load, key, state };
  const running = useRef<AbortController | null>(null);

  const fetchPart = useCallback((cursor: string | null) => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    const forKey = latest.current.key;
    setState((before) => ({ ...(before.key === forKey ? before : begin<Item>(forKey)), status: 'loading' }));
    latest.current.load(cursor, own.signal).then(
      (part) => {
        if (own.signal.aborted) return;
        running.current = null;
        setState((before) => ({
          ...{ key: forKey, status: 'idle', error: null, cursor: part.cursor },
          items: cursor === null ? part.items : [...before.items, ...part.items],
        }));
      },
      (error) => {
        if (own.signal.aborted) return;
        running.current = null;
        setState((before) => ({ ...before, status: 'failed', error }));
      },
    );
  }, []);

  // Another key is the reason to begin anew.
  useEffect(() => {
    fetchPart(null);
    return () => running.current?.abort();
  }, [key, fetchPart]);

  const more = useCallback(() => {
    const { cursor, status } = latest.current.state;
    if (cursor !== null && status !== 'loading' && running.current === null) fetchPart(cursor);
  }, [fetchPart]);
  const reload = useCallback(() => fetchPart(null), [fetchPart]);
  const change = useCallback((changed: (items: readonly Item[]) => readonly Item[]) => {
    setState((before) => ({ ...before, items: changed(before.items) }));
  }, []);
  const shown = state.key === key ? state : begin<Item>(key);
  const isLoading = shown.status === 'loading';
  return { items: shown.items, hasMore: shown.cursor !== null, isLoading, error: shown.error, more, reload, change };
}

function begin<Item>(key: string): State<Item> {
  return { key, items: [], cursor: null, status: 'loading', error: null };
}
