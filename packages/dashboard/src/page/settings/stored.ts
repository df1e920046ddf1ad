// A choice of the viewer's that this browser remembers.
import { effect, type Signal, signal } from '@preact/signals';

/** A signal that holds one of the words, kept in the browser's storage where there is one. */
export function stored<Word extends string>(name: string, words: readonly Word[], initial: Word): Signal<Word> {
  const key = `sched.${name}`;
  const before = attempt(() => localStorage.getItem(key));
  const choice = signal(words.find((word) => word === before) ?? initial);
  effect(() => {
    const { value } = choice;
    attempt(() => localStorage.setItem(key, value));
  });
  return choice;
}

/** A browser may forbid its storage. */
function attempt<Value>(action: () => Value): Value | null {
  try {
    return action();
  } catch {
    return null;
  }
}
