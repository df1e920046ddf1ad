// What a trigger that is being written would do: asked of the server a moment after the last key.
import { useEffect, useState } from 'preact/hooks';
import type { Preview } from '../../api/types.ts';
import { after } from '../clock.ts';
import { ask } from '../data/api.ts';
import { type Fault, faultOf } from './faults.ts';
import { DraftError } from './job-draft.ts';
import { type TriggerDraft, triggerOfDraft } from './trigger-fields.ts';

/** What is known of it. */
export interface PreviewState {
  readonly preview: Preview | null;
  readonly fault: Fault | null;
  /** The preview is of an earlier draft. */
  readonly isOld: boolean;
}

const TYPING_MS = 250;
const FIRES = 8;

export function usePreview(draft: TriggerDraft): PreviewState {
  const [state, setState] = useState<PreviewState>({ preview: null, fault: null, isOld: true });
  const text = JSON.stringify(draft);
  useEffect(() => {
    const ended = new AbortController();
    setState((before) => ({ ...before, isOld: true }));
    const giveUp = after(TYPING_MS, () => {
      previewOf(JSON.parse(text) as TriggerDraft, ended.signal).then(
        (preview) => setState({ preview, fault: null, isOld: false }),
        (error) => {
          if (!ended.signal.aborted) setState((before) => ({ ...before, fault: faultOf(error) }));
        },
      );
    });
    return () => {
      giveUp();
      ended.abort();
    };
  }, [text]);
  return state;
}

async function previewOf(draft: TriggerDraft, signal: AbortSignal): Promise<Preview> {
  const body = { trigger: read(draft), count: FIRES };
  return await ask<Preview>('preview', { method: 'POST', body, signal });
}

function read(draft: TriggerDraft) {
  try {
    return triggerOfDraft(draft);
  } catch (error) {
    throw new DraftError('trigger', `This is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}
