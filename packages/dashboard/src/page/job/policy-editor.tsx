// Writes the policies of a job.
import { Choice, Field } from '../parts/field.tsx';
import type { Fault } from './faults.ts';
import type { PolicyTexts } from './job-draft.ts';

interface PolicyEditorProps {
  readonly policies: PolicyTexts;
  readonly fault: Fault | null;
  readonly onChange: (policies: PolicyTexts) => void;
}

type TextPolicy = Exclude<keyof PolicyTexts, 'coalesce' | 'overlap' | 'keepResult'>;

const FIELDS: readonly (readonly [name: TextPolicy, label: string, hint: string])[] = [
  ['maxInstances', 'Runs at once', 'open over all processes'],
  ['misfireGraceTime', 'Grace time', 'seconds; empty = however late'],
  ['timeout', 'Timeout', 'seconds; empty = none'],
  ['killGrace', 'Grace before a kill', 'seconds; empty = as the executor says'],
  ['maxAttempts', 'Attempts', '1 = it is not tried again'],
  ['retryDelay', 'Wait before the second', 'seconds; empty = 1'],
  ['jitter', 'Jitter', 'seconds, or a pair: -60, 60'],
  ['pauseOnFailure', 'Pause after failures', 'in a row; empty = never'],
  ['maxRuns', 'Runs in all', 'empty = any number'],
  ['startDate', 'Not before', '2026-12-01 09:00; empty = no bound'],
  ['endDate', 'Not after', '2026-12-31 18:00; empty = no bound'],
  ['priority', 'Priority', 'the higher starts first'],
  ['keepRuns', 'Runs kept', 'in the history'],
];

const CHECKS = [
  ['coalesce', 'After a gap, run only the latest missed fire time'],
  ['keepResult', 'Keep what the task returns'],
] as const;

const OVERLAPS = [
  ['skip', 'Skip the new run'],
  ['queue', 'Let it wait'],
  ['replace', 'End the oldest'],
] as const;

export function PolicyEditor({ policies, fault, onChange }: PolicyEditorProps) {
  return (
    <fieldset class="editor-group">
      <legend>Policies</legend>
      <div class="fields">
        {FIELDS.map(([name, label, hint]) => (
          <Field
            key={name}
            {...{ label, hint }}
            isMono
            value={policies[name]}
            fault={fault?.field === name ? fault.message : null}
            onInput={(value) => onChange({ ...policies, [name]: value })}
          />
        ))}
        <Choice
          label="At that many runs"
          value={policies.overlap}
          words={OVERLAPS}
          onChange={(overlap) => onChange({ ...policies, overlap })}
        />
      </div>
      {CHECKS.map(([name, label]) => (
        <label key={name} class="check">
          <input
            type="checkbox"
            checked={policies[name]}
            onChange={(event) => onChange({ ...policies, [name]: event.currentTarget.checked })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
