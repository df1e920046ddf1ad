// What the errors of MySQL and MariaDB mean for what comes next.

/** Another transaction was in the way: deadlock, a lock that took too long, a row that changed, an id that was added meanwhile. */
const CONFLICTS: readonly unknown[] = ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'ER_DUP_ENTRY'];

/** The server ends the connection, or only reads: another connection may reach another server. */
const ENDS: readonly unknown[] = [
  ...['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ER_SERVER_SHUTDOWN', 'ER_CONNECTION_KILLED'],
  ...['ER_QUERY_INTERRUPTED', 'ER_CLIENT_INTERACTION_TIMEOUT', 'ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE'],
];

/** Whether another try may well succeed, after a transaction that left nothing behind. */
export function isConflict(thrown: unknown): boolean {
  return CONFLICTS.includes(codeOf(thrown)) || thrown instanceof Interrupted;
}

/** Whether the connection cannot be used any more. */
export function endsConnection(thrown: unknown): boolean {
  const isFatal = typeof thrown === 'object' && thrown !== null && 'fatal' in thrown && thrown.fatal === true;
  return isFatal || ENDS.includes(codeOf(thrown));
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
