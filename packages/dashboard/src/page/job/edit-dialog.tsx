// Changes a job: only what was changed is sent, and only if nobody else changed it meanwhile.
import { useState } from 'preact/hooks';
import type { Job } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { jobPath } from '../data/paths.ts';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { type Fault, faultOf } from './faults.ts';
import { changesOf, draftOfJob } from './job-draft.ts';
import { JobEditor } from './job-editor.tsx';

interface EditDialogProps {
  readonly job: Job;
  readonly onClose: () => void;
  readonly onDone: (job: Job) => void;
}

export function EditDialog({ job, onClose, onDone }: EditDialogProps) {
  // The job as it was when the dialog was opened: live events must not change what somebody is editing.
  const [original] = useState(job);
  const [draft, setDraft] = useState(() => draftOfJob(original));
  const [fault, setFault] = useState<Fault | null>(null);
  const { id, jobStore, revision } = original;
  const save = async () => {
    setFault(null);
    try {
      const body = changesOf(draft, original);
      if (Object.keys(body).length === 0) {
        onClose();
        return 'Nothing was changed.';
      }
      onDone(await ask<Job>(jobPath(id), { method: 'PATCH', query: { jobStore }, body, revision }));
      return 'Saved.';
    } catch (error) {
      setFault(faultOf(error));
      throw error;
    }
  };
  return (
    <ActionDialog title={`Edit ${id}`} verb="Save" isWide failure="Nothing was saved." action={save} onClose={onClose}>
      <p class="muted small">
        A job that your code declares with <code>replaceExisting</code> is as the code says again when that code starts.
      </p>
      <JobEditor draft={draft} onChange={setDraft} fault={fault} areArgsHidden={original.argsRedacted} />
    </ActionDialog>
  );
}
