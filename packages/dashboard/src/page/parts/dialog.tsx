// A dialog: the browser's own, which keeps the focus and gives it back.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly isWide?: boolean;
  readonly onClose: () => void;
  /** Called when the form is sent: by its submit button, or by the enter key. */
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
  /** The buttons. */
  readonly footer: ComponentChildren;
}

export function Dialog({ title, isWide = false, onClose, onSubmit, children, footer }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={ref} class={isWide ? 'dialog is-wide' : 'dialog'} aria-labelledby={titleId} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <header>
          <h2 id={titleId}>{title}</h2>
        </header>
        <div class="dialog-body">{children}</div>
        <footer>{footer}</footer>
      </form>
    </dialog>
  );
}
