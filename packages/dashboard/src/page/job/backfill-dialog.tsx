// Makes fire times of the past good: one run for each.
import { useState } from 'preact/hooks';
import type { Backfilled, Job } from '../../api/types.ts';
import { now } from '../clock.ts';
import { ask } from '../data/api.ts';
import { jobPath } from '../data/paths.ts';
import { wallTime, wallTimeToIso } from '../format/wall-time.ts';
import { counted } from '../format/words.ts';
import { ActionDialog } from '../parts/action-dialog.tsx';
import { Field } from '../parts/field.tsx';
import { shownZone } from '../settings/zone.ts';

const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = '100';

export function BackfillDialog({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  const zone = shownZone(job.timezone);
  const [from, setFrom] = useState(() => wallTime(now() - DAY_MS, zone));
  const [to, setTo] = useState(() => wallTime(now(), zone));
  const [limit, setLimit] = useState(DEFAULT_LIMIT);
  const backfill = async () => {
    const { added } = await ask<Backfilled>(jobPath(job.id, '/backfill'), {
      method: 'POST',
      query: { jobStore: job.jobStore },
      body: { from: wallTimeToIso(from, zone), to: wallTimeToIso(to, zone), limit: Number(limit) },
    });
    onClose();
    return added === 0
      ? 'No fire time of that window was missing.'
      : `${counted(added, 'run')} recorded; they start now.`;
  };
  return (
    <ActionDialog
      title="Backfill"
      verb="Backfill"
      failure="Nothing was recorded."
      isDisabled={from === '' || to === ''}
      action={backfill}
      onClose={onClose}
    >
      <p>Records a run for each fire time in this window that has none. The times are in {zone}.</p>
      <div class="fields">
        <Field label="From" type="datetime-local" value={from} onInput={setFrom} required />
        <Field label="To" type="datetime-local" value={to} onInput={setTo} required />
        <Field label="At most" type="number" value={limit} onInput={setLimit} hint="runs" />
      </div>
    </ActionDialog>
  );
}
