// Pauses a job, with a reason for whoever comes by later.
import { useState } from 'preact/hooks';
import type { Job } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { jobPath } from '../data/paths.ts';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { Field } from '../parts/field.tsx';

interface PauseDialogProps {
  readonly job: Job;
  readonly onClose: () => void;
  readonly onDone: (job: Job) => void;
}

export function PauseDialog({ job, onClose, onDone }: PauseDialogProps) {
  const [reason, setReason] = useState('');
  const pause = async () => {
    const body = reason.trim() === '' ? {} : { reason: reason.trim() };
    onDone(await ask<Job>(jobPath(job.id, '/pause'), { method: 'POST', query: { jobStore: job.jobStore }, body }));
    return 'Paused: it does not fire until it is resumed.';
  };
  return (
    <ActionDialog
      title="Pause this job"
      verb="Pause"
      failure="The job was not paused."
      action={pause}
      onClose={onClose}
    >
      <p>Runs that execute now go on. What comes due while it is paused is not made good.</p>
      <Field
        label="Reason"
        value={reason}
        onInput={setReason}
        placeholder="Waiting for the new export format"
        hint="Shown beside the job. May be left empty."
      />
    </ActionDialog>
  );
}
