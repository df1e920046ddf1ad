// What a route is: data and one small function, so that it can be listed, documented and tested.
import type { Clock, Scheduler } from '@sched/core';
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { ResourceKind } from '../authorize.ts';
import type { Figures } from '../figures/figures.ts';
import type { Answer } from '../http/answer.ts';
import type { LiveEvents } from '../live/live-events.ts';
import type { RedactContext } from './json/redact.ts';
import type { Action } from './types.ts';

/** What handlers work with. */
export interface Context {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly live: LiveEvents;
  readonly figures: Figures;
  readonly redact: (value: unknown, context: RedactContext) => unknown;
  readonly readOnly: boolean;
  readonly title: string;
}

/** What a handler is asked. */
export interface Call<Query = unknown, Body = unknown> {
  /** The parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** Languages of the viewer, the best first. */
  readonly locales: readonly string[];
  /** Who asks, as `authorize` named them. */
  readonly user: string | null;
  /** Whether this viewer may do something in general. */
  readonly may: (action: Action) => Promise<boolean>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A route as the table holds it. */
export interface Route {
  readonly method: Method;
  /** Below `/api/v1`; `:name` stands for one segment. */
  readonly path: string;
  /** What `authorize` is asked. */
  readonly action: Action;
  readonly resource: ResourceKind;
  /** What it does, for the documentation. */
  readonly summary: string;
  readonly query: TObject;
  /** What the body has to be; null for a route that takes none. */
  readonly body: TSchema | null;
  /** What it answers if all is well, by status: a schema, a content type for what is not JSON, or null for nothing. */
  readonly answers: Readonly<Record<number, TSchema | string | null>>;
  readonly handler: (context: Context, call: Call<never, never>) => Answer | Promise<Answer>;
}

/** A route whose handler gets its query and its body as their schemas say. */
export function route<Query extends TObject, Body extends TSchema>(
  definition: Omit<Route, 'query' | 'body' | 'handler'> & {
    readonly query: Query;
    readonly body: Body;
    readonly handler: (context: Context, call: Call<Static<Query>, Static<Body>>) => Answer | Promise<Answer>;
  },
): Route {
  return definition as unknown as Route;
}
