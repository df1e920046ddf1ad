// Paths of the API for single jobs and runs.

/** A job by its id and where it is kept. */
export interface JobKey {
  readonly id: string;
  readonly jobStore: string | null;
}

/** `jobs/<id>`, or below it. */
export function jobPath(id: string, below = ''): string {
  return `jobs/${encodeURIComponent(id)}${below}`;
}

/** `runs/<id>`, or below it. */
export function runPath(id: string, below = ''): string {
  return `runs/${encodeURIComponent(id)}${below}`;
}
