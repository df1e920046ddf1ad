// Adds a job of a task that is known to the scheduler.
import { useState } from 'preact/hooks';
import type { Job, TaskList } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { go, jobHref } from '../route.ts';
import { type Fault, faultOf } from './faults.ts';
import { EMPTY_DRAFT, settingsOf } from './job-draft.ts';
import { JobEditor } from './job-editor.tsx';

interface NewJobDialogProps {
  readonly onClose: () => void;
  readonly onAdded: () => void;
}

export function NewJobDialog({ onClose, onAdded }: NewJobDialogProps) {
  const tasks = useResource('tasks', (signal) => ask<TaskList>('tasks', { signal }));
  const names = (tasks.data?.items ?? []).filter(({ known }) => known).map(({ name }) => name);
  const [id, setId] = useState('');
  const [chosen, setChosen] = useState('');
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [fault, setFault] = useState<Fault | null>(null);
  const task = chosen === '' ? (names[0] ?? '') : chosen;
  const add = async () => {
    setFault(null);
    try {
      const job = await ask<Job>('jobs', { method: 'POST', body: { id: id.trim(), task, ...settingsOf(draft) } });
      onClose();
      onAdded();
      go(jobHref(job.id, job.jobStore));
      return `Added: ${job.id}`;
    } catch (error) {
      setFault(faultOf(error));
      throw error;
    }
  };
  return (
    <ActionDialog
      title="New job"
      verb="Add"
      isWide
      isDisabled={task === '' || id.trim() === ''}
      failure="The job was not added."
      action={add}
      onClose={onClose}
    >
      {tasks.data !== null && names.length === 0 && (
        <p class="notice">
          This process knows no task. Make one with defineTask, and give it to the scheduler’s tasks.
        </p>
      )}
      <JobEditor draft={draft} onChange={setDraft} fault={fault}>
        <div class="fields editor-group">
          <Field
            label="Id"
            value={id}
            onInput={setId}
            placeholder="daily-report"
            fault={fault?.field === 'id' ? fault.message : null}
            required
          />
          <Choice label="Task" value={task} words={names.map((name) => [name, name] as const)} onChange={setChosen} />
        </div>
      </JobEditor>
    </ActionDialog>
  );
}
