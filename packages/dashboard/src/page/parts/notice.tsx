// What went wrong with the page itself, and what to do.
import type { ComponentChildren } from 'preact';
import { messageOf } from '../data/api.ts';
import { Button } from './button.tsx';
import { Mark } from './mark.tsx';

interface ProblemProps {
  readonly error: unknown;
  /** What could not be done: `The jobs could not be loaded.` */
  readonly what: string;
  readonly onRetry?: () => void;
}

/** An error of the API in place of what it kept from being shown. */
export function ProblemNotice({ error, what, onRetry }: ProblemProps) {
  return (
    <div class="notice is-bad" role="alert">
      <Mark state="failed" />
      <div>
        <strong>{what}</strong>
        <p>{messageOf(error)}</p>
      </div>
      {onRetry !== undefined && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** What to do where there is nothing yet. */
export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something is being loaded. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">Loading {what}…</span>
    </div>
  );
}
