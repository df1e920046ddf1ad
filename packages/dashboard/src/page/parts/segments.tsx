// A choice among a few words, all of them in sight.

interface SegmentsProps<Word extends string> {
  /** What is chosen here. */
  readonly name: string;
  readonly words: readonly (readonly [word: Word, text: string])[];
  readonly value: Word;
  readonly onChange: (word: Word) => void;
}

export function Segments<Word extends string>({ name, words, value, onChange }: SegmentsProps<Word>) {
  return (
    <div class="segments" role="group" aria-label={name}>
      {words.map(([word, text]) => (
        <button key={word} type="button" aria-pressed={word === value} onClick={() => onChange(word)}>
          {text}
        </button>
      ))}
    </div>
  );
}
