// Short messages: what became of an action. Read out by screen readers, gone after a while.
import { signal } from '@preact/signals';
import { after } from '../clock.ts';
import { messageOf } from '../data/api.ts';
import { Button } from './button.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isBad: boolean;
}

const toasts = signal<readonly Toast[]>([]);
const GOOD_MS = 6000;
const BAD_MS = 20_000;
const MOST = 4;
let lastId = 0;

function show(text: string, isBad: boolean): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value, { id, text, isBad }].slice(-MOST);
  after(isBad ? BAD_MS : GOOD_MS, () => dismiss(id));
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Tells that something was done. */
export function tell(text: string): void {
  show(text, false);
}

/** Does something for the viewer and tells what became of it; answers null where it failed. */
export async function attempt<Value>(action: () => Promise<Value>, done: (value: Value) => string) {
  try {
    const value = await action();
    show(done(value), false);
    return { value };
  } catch (error) {
    show(messageOf(error), true);
    return null;
  }
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, isBad }) => (
        <div key={id} class={isBad ? 'toast is-bad' : 'toast'}>
          <p>{text}</p>
          <Button icon="close" kind="plain" name="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
