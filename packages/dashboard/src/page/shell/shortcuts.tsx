// Keys for those who do not use a mouse, and the dialog that tells them.
import { signal } from '@preact/signals';
import { after } from '../clock.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { go } from '../route.ts';

const isHelpOpen = signal(false);
const PLACES: { readonly [key: string]: string } = { t: '#/', j: '#/jobs', r: '#/runs', s: '#/system' };
const SECOND_KEY_MS = 1500;

const KEYS = [
  ['/', 'Search'],
  ['g t', 'Timeline'],
  ['g j', 'Jobs'],
  ['g r', 'Runs'],
  ['g s', 'System'],
  ['j, k', 'Next and previous row of a list'],
  ['?', 'These keys'],
] as const;

/** Listens to the keys. Called once. */
export function startShortcuts(): void {
  let isAfterG = false;
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
    const place = isAfterG ? PLACES[event.key] : undefined;
    isAfterG = event.key === 'g';
    if (isAfterG) after(SECOND_KEY_MS, () => (isAfterG = false));
    if (place !== undefined) go(place);
    else if (!act(event.key)) return;
    event.preventDefault();
  });
}

/** Whether the key means something. */
function act(key: string): boolean {
  if (key === '?') isHelpOpen.value = true;
  else if (key === '/') focusSearch();
  else if (key === 'j' || key === 'k') focusRow(key === 'j' ? 1 : -1);
  else return false;
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  if (field === null) go('#/jobs?focus=search');
  else field.focus();
}

/** Moves the focus to the main link of the row `by` rows further on. */
function focusRow(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const { activeElement } = document;
  const at = activeElement instanceof HTMLElement ? links.indexOf(activeElement) : -1;
  const next = links[at < 0 ? 0 : at + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

export function ShortcutHelp() {
  if (!isHelpOpen.value) return null;
  const close = () => {
    isHelpOpen.value = false;
  };
  return (
    <Dialog
      title="Keys"
      onClose={close}
      onSubmit={close}
      footer={
        <Button kind="primary" type="submit">
          Close
        </Button>
      }
    >
      <dl class="facts">
        {KEYS.map(([key, text]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}
