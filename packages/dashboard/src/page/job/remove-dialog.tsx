// Removes a job, when asked twice.
import type { Job } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { jobPath } from '../data/paths.ts';
import { ActionDialog } from '../parts/action-dialog.tsx';

interface RemoveDialogProps {
  readonly job: Job;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RemoveDialog({ job, onClose, onDone }: RemoveDialogProps) {
  const { id, jobStore, revision } = job;
  const remove = async () => {
    await ask(jobPath(id), { method: 'DELETE', query: { jobStore }, revision });
    onClose();
    onDone();
    return `Removed: ${id}`;
  };
  return (
    <ActionDialog
      title="Remove this job?"
      verb="Remove"
      isDangerous
      failure="The job was not removed."
      action={remove}
      onClose={onClose}
    >
      <p class="wrap">
        <strong>{id}</strong> will not fire again. Runs of it that wait are cancelled; runs that execute go on.
      </p>
      <p class="muted">A job that your code declares comes back the next time that code starts.</p>
    </ActionDialog>
  );
}
