// Who is looking, what they may do, and the zone of the scheduler: asked once, at the start.
import { signal } from '@preact/signals';
import type { Action, Session } from '../../api/types.ts';
import { ask } from './api.ts';

/** null until the API has answered. */
export const session = signal<Session | null>(null);

/** Loads it. @throws ApiError */
export async function loadSession(): Promise<void> {
  session.value = await ask<Session>('session');
}

/** Whether the viewer may do this in general: what they may not is not shown. */
export function may(action: Action): boolean {
  const known = session.value;
  return known !== null && (action === 'read' || !known.readOnly) && known.allowed.includes(action);
}

/** The scheduler's zone. */
export function schedulerZone(): string {
  return session.value?.timezone ?? 'UTC';
}
