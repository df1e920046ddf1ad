// In which zone times are shown.
import { schedulerZone } from '../data/session.ts';
import { stored } from './stored.ts';

/** The viewer's own, the job's (where it has none, the scheduler's), or UTC. */
const ZONE_CHOICES = ['viewer', 'job', 'utc'] as const;

export const zoneChoice = stored('zone', ZONE_CHOICES, 'viewer');

/** The zone of the browser. */
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone to show a time in that belongs to a job with this zone. */
export function shownZone(jobZone: string | null = null): string {
  if (zoneChoice.value === 'utc') return 'UTC';
  return zoneChoice.value === 'job' ? (jobZone ?? schedulerZone()) : VIEWER_ZONE;
}
