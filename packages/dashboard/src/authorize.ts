// Who may do what: the decision that the host of the dashboard has to make.
import type { Action } from './api/types.ts';

/** What an action is about. */
export interface Resource {
  /** `page`, `session`, `job`, `jobs`, `run`, `runs`, `timeline`, `statistics`, `system`, `events`, `metrics`, `documentation`. */
  readonly kind: ResourceKind;
  /** Id of the job or the run; undefined for lists. */
  readonly id?: string;
  /** The job that the run belongs to; undefined where there is no such run. */
  readonly jobId?: string;
  /** Alias of the job store, where the request or what was found says it. */
  readonly jobStore?: string;
}

/** Kinds of {@link Resource}. */
export type ResourceKind =
  | 'page'
  | 'session'
  | 'job'
  | 'jobs'
  | 'run'
  | 'runs'
  | 'timeline'
  | 'statistics'
  | 'system'
  | 'events'
  | 'metrics'
  | 'documentation';

/**
 * `true` or `false`; or an object that also says who it is, for the audit; or an answer of your own, such as a redirect to a
 * login, which is sent in place of the refusal.
 */
export type Decision = boolean | { readonly allow: boolean; readonly user?: string } | Response;

/**
 * Asked for every request, once its route is known and before anything is read or done. What it throws refuses. `session` of the API
 * asks it for each action with `{ kind: 'session' }`, to show what this viewer may do.
 */
export type Authorize = (request: Request, action: Action, resource: Resource) => Decision | Promise<Decision>;

/** One thing somebody did, or was not let do. */
export interface AuditEntry {
  readonly at: Date;
  /** Who, as `authorize` named them; null if it named nobody. */
  readonly user: string | null;
  /** Address of the client, if it is known. */
  readonly address: string | null;
  readonly action: Action;
  readonly resource: Resource;
  /** What was asked for, redacted: the body of the request. */
  readonly input: unknown;
  /** `done`; `refused` before anything was done; `failed`, with the problem in `code`. */
  readonly outcome: 'done' | 'refused' | 'failed';
  /** Status of the answer. */
  readonly status: number;
  /** Code of the problem; null when it was done. */
  readonly code: string | null;
}

/** What the dashboard knows of a decision. */
export interface Permit {
  readonly allow: boolean;
  readonly user: string | null;
  /** To be sent in place of the refusal. */
  readonly answer: Response | null;
}

/** The decision in one form. An answer that is nothing we know refuses: a forgotten `return` must not open the door. */
export async function decide(decision: () => Decision | Promise<Decision>): Promise<Permit> {
  const made: unknown = await decision();
  if (made instanceof Response) return { allow: false, user: null, answer: made };
  if (typeof made !== 'object' || made === null) return { allow: made === true, user: null, answer: null };
  const { allow, user } = made as { allow?: unknown; user?: unknown };
  return { allow: allow === true, user: typeof user === 'string' ? user : null, answer: null };
}
