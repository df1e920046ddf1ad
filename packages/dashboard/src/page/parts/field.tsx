// Fields of forms: a label, an input, a hint, and what is wrong with what was written.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly fault?: string | null;
  readonly placeholder?: string;
  /** It takes the whole width. */
  readonly isWide?: boolean;
  /** It holds code, or figures. */
  readonly isMono?: boolean;
  /** Lines it shows; without, it is a single line. */
  readonly rows?: number;
  readonly type?: 'text' | 'number' | 'datetime-local';
  readonly required?: boolean;
}

export function Field({ label, value, onInput, hint, fault = null, isWide = false, ...input }: FieldProps) {
  const id = useId();
  const { isMono = false, rows, type = 'text', placeholder, required = false } = input;
  const shared = {
    ...{ id, value, placeholder, required, spellcheck: false, autocomplete: 'off' },
    'aria-invalid': fault !== null,
    'aria-describedby': `${id}-hint`,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <div class={isWide ? 'field is-wide' : 'field'}>
      <label for={id}>{label}</label>
      {rows === undefined ? (
        // The types know a variant for each type of input; all of these take what is given here.
        <input {...shared} type={type as 'text'} step="any" class={isMono ? 'input is-mono' : 'input'} />
      ) : (
        <textarea {...shared} rows={rows} class="area" />
      )}
      <span id={`${id}-hint`} class={fault === null ? 'hint' : 'fault'}>
        {fault ?? hint}
      </span>
    </div>
  );
}

interface ChoiceProps<Word extends string> {
  readonly label: string;
  readonly value: Word;
  readonly words: readonly (readonly [word: Word, text: string])[];
  readonly onChange: (word: Word) => void;
  /** The label is for those who do not see the field. */
  readonly isQuiet?: boolean;
}

/** One of several words. */
export function Choice<Word extends string>({ label, value, words, onChange, isQuiet = false }: ChoiceProps<Word>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={isQuiet ? 'hidden' : undefined}>
        {label}
      </label>
      <select
        id={id}
        class={isQuiet ? 'select is-quiet' : 'select'}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as Word)}
      >
        {words.map(([word, text]) => (
          <option key={word} value={word}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
