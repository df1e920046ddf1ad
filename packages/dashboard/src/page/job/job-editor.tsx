// Writes a job, with a preview of when it would fire.
import type { ComponentChildren } from 'preact';
import { Field } from '../parts/field.tsx';
import type { Fault } from './faults.ts';
import type { JobDraft } from './job-draft.ts';
import { LivePreview } from './live-preview.tsx';
import { PolicyEditor } from './policy-editor.tsx';
import { TriggerEditor } from './trigger-editor.tsx';
import { usePreview } from './use-preview.ts';

interface JobEditorProps {
  readonly draft: JobDraft;
  readonly onChange: (draft: JobDraft) => void;
  /** What the server, or the form itself, found wrong when it was sent. */
  readonly fault: Fault | null;
  /** The arguments are not shown whole to this viewer, who therefore cannot write them. */
  readonly areArgsHidden?: boolean;
  /** Fields before the others. */
  readonly children?: ComponentChildren;
}

export function JobEditor({ draft, onChange, fault, areArgsHidden = false, children }: JobEditorProps) {
  const preview = usePreview(draft.trigger);
  const faultOf = (field: string) => (fault?.field === field ? fault.message : null);
  return (
    <div class="editor">
      <div>
        {children}
        <TriggerEditor
          draft={draft.trigger}
          fault={preview.fault}
          onChange={(trigger) => onChange({ ...draft, trigger })}
        />
        <fieldset class="editor-group">
          <legend>What it runs</legend>
          <div class="fields">
            <Field
              label="Name"
              value={draft.name}
              fault={faultOf('name')}
              onInput={(name) => onChange({ ...draft, name })}
            />
            <Field
              label="Tags"
              hint="separated by commas"
              value={draft.tags}
              fault={faultOf('tags')}
              onInput={(tags) => onChange({ ...draft, tags })}
            />
            <Field
              label="Executor"
              placeholder="default"
              value={draft.executor}
              fault={faultOf('executor')}
              onInput={(executor) => onChange({ ...draft, executor })}
            />
          </div>
          {areArgsHidden ? (
            <p class="muted small">The arguments are partly hidden from you and stay as they are.</p>
          ) : (
            <Field
              label="Arguments, as a JSON array"
              rows={4}
              value={draft.args}
              fault={faultOf('args')}
              onInput={(args) => onChange({ ...draft, args })}
            />
          )}
        </fieldset>
        <PolicyEditor
          policies={draft.policies}
          fault={fault}
          onChange={(policies) => onChange({ ...draft, policies })}
        />
      </div>
      <LivePreview {...preview} />
    </div>
  );
}
