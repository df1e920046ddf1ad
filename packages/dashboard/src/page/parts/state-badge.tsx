// A state in words, with its mark.
import { type AnyState, STATE_WORDS } from '../format/words.ts';
import { Mark } from './mark.tsx';

export function StateBadge({ state }: { readonly state: AnyState }) {
  return (
    <span class={`badge is-${state}`}>
      <Mark state={state} />
      {STATE_WORDS[state]}
    </span>
  );
}
