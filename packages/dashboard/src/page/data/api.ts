// Asks the REST API that lies beside the page. Everything that goes wrong becomes an ApiError that says what to do.
import type { Problem } from '../../api/types.ts';
import { heedServerTime } from '../clock.ts';

/** Where the API is: beside the page, wherever that is mounted. */
export const API_URL = new URL('api/v1/', new URL('.', location.href));

/** An answer that is no success, or none at all. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly problem: Problem | null;

  constructor(status: number, message: string, problem: Problem | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

type QueryValue = string | number | boolean | null | undefined | readonly string[];

/** What may go with a request. */
export interface RequestParts {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters; null, undefined and '' are left out, an array is repeated. */
  readonly query?: { readonly [name: string]: QueryValue };
  readonly body?: object;
  /** Revision that the change is based on. */
  readonly revision?: string;
  readonly signal?: AbortSignal;
}

/** Asks, and answers the JSON of a success. @throws ApiError */
export async function ask<Answer>(path: string, parts: RequestParts = {}): Promise<Answer> {
  const { method = 'GET', body, revision, signal } = parts;
  const headers = new Headers({ Accept: 'application/json' });
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  if (revision !== undefined) headers.set('If-Match', `"${revision}"`);
  const response = await reach(urlOf(path, parts.query), {
    ...{ method, headers, credentials: 'same-origin', cache: 'no-store' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  heedServerTime(response.headers.get('Date'));
  if (response.status === 204) return undefined as Answer;
  const answer = await json(response);
  if (!response.ok && !isHealth(path, response)) throw refusal(response.status, answer as Problem | null);
  return answer as Answer;
}

function urlOf(path: string, query: RequestParts['query'] = {}): URL {
  const url = new URL(path, API_URL);
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    for (const item of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(item));
  }
  return url;
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(0, 'The scheduler does not answer. See whether its process runs and can be reached from here.');
  }
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** A scheduler that is not well says so with 503, and that is the answer. */
function isHealth(path: string, response: Response): boolean {
  return path === 'health' && response.status === 503;
}

const ADVICE: { readonly [status: number]: string } = {
  401: 'You are not signed in, or no longer: sign in again and reload the page.',
  403: 'You may not do this. Ask whoever runs this scheduler for the right to.',
  404: 'There is no such thing here, or no longer.',
  412: 'Somebody else changed it meanwhile. Load it anew, then make your change again.',
  429: 'Too many requests: wait a moment, then try again.',
};

function refusal(status: number, problem: Problem | null): ApiError {
  const message = problem?.detail ?? ADVICE[status] ?? `The server answered with status ${status}.`;
  return new ApiError(status, status === 412 ? (ADVICE[412] ?? message) : message, problem);
}

/** What to tell people about anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
