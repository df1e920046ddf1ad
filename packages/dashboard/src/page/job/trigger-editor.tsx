// Writes a trigger: a form, its fields, and where the server found fault with them.
import { Choice, Field } from '../parts/field.tsx';
import type { Fault } from './faults.ts';
import { inForm, TRIGGER_FIELDS, TRIGGER_FORMS, type TriggerDraft } from './trigger-fields.ts';

interface TriggerEditorProps {
  readonly draft: TriggerDraft;
  readonly fault: Fault | null;
  readonly onChange: (draft: TriggerDraft) => void;
}

export function TriggerEditor({ draft, fault, onChange }: TriggerEditorProps) {
  const { form, texts, json } = draft;
  const others = Object.keys(draft.others);
  return (
    <fieldset class="editor-group">
      <legend>When it fires</legend>
      <Choice label="Trigger" value={form} words={TRIGGER_FORMS} onChange={(other) => onChange(inForm(draft, other))} />
      {form === 'json' ? (
        <Field
          label="The trigger as JSON"
          rows={8}
          value={json}
          fault={fault?.message ?? null}
          hint="Kind and options, also of triggers within triggers: and, or, except."
          onInput={(text) => onChange({ ...draft, json: text })}
        />
      ) : (
        <div class="fields">
          {TRIGGER_FIELDS[form].map(({ name, label, placeholder, hint, isWide, isNumber }) => (
            <Field
              key={name}
              label={label}
              isMono
              {...{ placeholder: placeholder ?? '', hint, isWide: isWide === true }}
              type={isNumber === true ? 'number' : 'text'}
              value={texts[name] ?? ''}
              fault={fault?.field === name ? fault.message : null}
              onInput={(text) => onChange({ ...draft, texts: { ...texts, [name]: text } })}
            />
          ))}
        </div>
      )}
      {form !== 'json' && others.length > 0 && <p class="muted small">Kept as they are: {others.join(', ')}</p>}
    </fieldset>
  );
}
