// A search field: the key `/` goes to it, and what is typed is looked for after a moment.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { after } from '../clock.ts';
import { Icon } from './icon.tsx';

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
  readonly takesFocus?: boolean;
}

const TYPING_MS = 220;

export function Search({ label, value, onSearch, takesFocus = false }: SearchProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const ref = useRef<HTMLInputElement>(null);
  const latest = useRef(onSearch);
  latest.current = onSearch;
  useEffect(() => {
    if (takesFocus) ref.current?.focus();
  }, [takesFocus]);
  useEffect(() => {
    if (text === value) return;
    return after(TYPING_MS, () => latest.current(text.trim()));
  }, [text, value]);
  // Somebody else changed the search: a button that shows all, the address.
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  return (
    <search class="search">
      <label for={id} class="hidden">
        {label}
      </label>
      <Icon name="search" />
      <input
        ref={ref}
        id={id}
        data-search
        class="input"
        type="search"
        placeholder={label}
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <span class="key" aria-hidden="true">
        /
      </span>
    </search>
  );
}
