// Paths of the API for single jobs and runs.

/** `jobs/<id>`, or below it. */
export function jobPath(id: string, below = ''): string {
  return `jobs/${encodeURIComponent(id)}${below}`;
}

/** `runs/<id>`, or below it. */
export function runPath(id: string, below = ''): string {
  return `runs/${encodeURIComponent(id)}${below}`;
}
