// What can be done with a job: only what the viewer may do is shown.
import { useState } from 'preact/hooks';
import type { Job, Run } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { jobPath } from '../data/paths.ts';
import { may } from '../data/session.ts';
import { Button } from '../parts/button.tsx';
import { attempt } from '../parts/toasts.tsx';
import { go } from '../route.ts';
import { BackfillDialog } from './backfill-dialog.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';

interface JobActionsProps {
  readonly job: Job;
  readonly onChange: (job: Job) => void;
}

type Open = 'edit' | 'pause' | 'backfill' | 'remove' | null;

export function JobActions({ job, onChange }: JobActionsProps) {
  const [open, setOpen] = useState<Open>(null);
  const [isBusy, setBusy] = useState(false);
  const close = () => setOpen(null);
  const done = (changed: Job) => {
    onChange(changed);
    close();
  };
  const during = (action: () => Promise<unknown>) => {
    setBusy(true);
    void action().finally(() => setBusy(false));
  };
  const isPaused = job.state === 'paused';
  return (
    <>
      {may('run') && job.state !== 'broken' && (
        <Button kind="primary" icon="play" disabled={isBusy} onClick={() => during(() => runNow(job))}>
          Run now
        </Button>
      )}
      {may('resume') && isPaused && (
        <Button icon="play" disabled={isBusy} onClick={() => during(() => resume(job, onChange))}>
          Resume
        </Button>
      )}
      {may('pause') && job.state === 'active' && (
        <Button icon="pause" onClick={() => setOpen('pause')}>
          Pause
        </Button>
      )}
      {may('change') && job.state !== 'broken' && (
        <Button icon="edit" onClick={() => setOpen('edit')}>
          Edit
        </Button>
      )}
      {may('backfill') && job.state !== 'broken' && (
        <Button icon="clock" onClick={() => setOpen('backfill')}>
          Backfill
        </Button>
      )}
      {may('remove') && <Button kind="danger" icon="remove" name="Remove" onClick={() => setOpen('remove')} />}
      {open === 'pause' && <PauseDialog job={job} onClose={close} onDone={done} />}
      {open === 'edit' && <EditDialog job={job} onClose={close} onDone={done} />}
      {open === 'backfill' && <BackfillDialog job={job} onClose={close} />}
      {open === 'remove' && <RemoveDialog job={job} onClose={close} onDone={() => go('#/jobs')} />}
    </>
  );
}

async function runNow({ id, jobStore }: Job): Promise<void> {
  const path = jobPath(id, '/run');
  await attempt(
    () => ask<Run>(path, { method: 'POST', query: { jobStore }, body: {} }),
    () => 'It is started; the run appears in the history.',
  );
}

async function resume({ id, jobStore }: Job, onChange: (job: Job) => void): Promise<void> {
  const path = jobPath(id, '/resume');
  const done = await attempt(
    () => ask<Job>(path, { method: 'POST', query: { jobStore }, body: {} }),
    () => 'Resumed: it fires again from now on.',
  );
  if (done !== null) onChange(done.value);
}
