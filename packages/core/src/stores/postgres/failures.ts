// What the errors of PostgreSQL mean for what comes next.

/** Another transaction was in the way, and this one was rolled back: deadlock, serialization, a lock that took too long, an id that was added meanwhile. */
const CONFLICTS: readonly unknown[] = ['40001', '40P01', '55P03', '23505'];

/** Whether another try may well succeed, after a transaction that left nothing behind. */
export function isConflict(thrown: unknown): boolean {
  return CONFLICTS.includes(codeOf(thrown)) || thrown instanceof Interrupted;
}

/** Whether the server says that it ends the connection, or it speaks for another server than we need: one that only reads. */
export function endsConnection(thrown: unknown): boolean {
  return /^(08|57P|25P03|25006)/.test(String(codeOf(thrown)));
}

/** A connection was lost before anything can have been written. */
export class Interrupted extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function codeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
}
