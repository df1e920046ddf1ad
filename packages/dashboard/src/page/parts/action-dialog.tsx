// A dialog that does one thing: asks, does it, and stays open with what went wrong if it fails.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './notice.tsx';
import { tell } from './toasts.tsx';

interface ActionDialogProps {
  readonly title: string;
  /** What the button says: `Pause`. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  readonly isWide?: boolean;
  /** Nothing to do yet. */
  readonly isDisabled?: boolean;
  /** Does it; answers what to tell. */
  readonly action: () => Promise<string>;
  readonly onClose: () => void;
  /** What failed: `The job was not paused.` */
  readonly failure: string;
  readonly children: ComponentChildren;
}

export function ActionDialog(props: ActionDialogProps) {
  const { title, verb, isDangerous = false, isWide = false, isDisabled = false, action, onClose, failure } = props;
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = () => {
    if (isBusy || isDisabled) return;
    setBusy(true);
    setError(null);
    action()
      .then(tell, setError)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog
      title={title}
      isWide={isWide}
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={isDangerous ? 'danger' : 'primary'} type="submit" disabled={isBusy || isDisabled}>
            {verb}
          </Button>
        </>
      }
    >
      {props.children}
      {error !== null && <ProblemNotice what={failure} error={error} />}
    </Dialog>
  );
}
