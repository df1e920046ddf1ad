// Where a request points to: the part of its path that is ours, and its segments, decoded once.
import { HttpProblem } from './problems.ts';

/** Where the API begins below the place the dashboard is mounted at. */
const API = '/api/v1';

/** What is asked for: a route of the API by its decoded segments, or a file of the page by its name. */
export type Place =
  | { readonly kind: 'api'; readonly segments: readonly string[] }
  | { readonly kind: 'file'; readonly name: string }
  /** The page without the slash at its end, from which its files could not be found; `to` is relative. */
  | { readonly kind: 'redirect'; readonly to: string };

/**
 * The place of a path. Where the dashboard is mounted is either known, or everything before the part that is ours: an id in a path is
 * encoded, so that the last `/api/v1` in it is the one. What has an empty segment, or dots for one, is nowhere.
 *
 * @throws HttpProblem `not-found`, `bad-request`
 */
export function placeOf(pathname: string, basePath: string | null): Place {
  const path = basePath === null ? pathname : below(pathname, basePath);
  const api = basePath === null ? path.lastIndexOf(`${API}/`) : path.startsWith(`${API}/`) ? 0 : -1;
  if (api !== -1) {
    const encoded = path.slice(api + API.length + 1).split('/');
    return { kind: 'api', segments: encoded.map(decoded) };
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (basePath !== null && path.lastIndexOf('/') > 0) throw nothingHere();
  if (basePath !== null && path === '') return { kind: 'redirect', to: `${lastSegment(pathname)}/` };
  if (name === '') return { kind: 'file', name: 'index.html' };
  if (name.includes('.')) return { kind: 'file', name };
  if (basePath === null) return { kind: 'redirect', to: `${lastSegment(pathname)}/` };
  throw nothingHere();
}

export function nothingHere(): HttpProblem {
  return new HttpProblem('not-found', 'There is nothing at this address.');
}

function below(pathname: string, basePath: string): string {
  if (pathname === basePath || pathname.startsWith(`${basePath}/`)) return pathname.slice(basePath.length);
  throw nothingHere();
}

function lastSegment(pathname: string): string {
  const segment = pathname.slice(pathname.lastIndexOf('/') + 1);
  // Relative, and led by a dot: neither `//elsewhere` nor `javascript:` can come of it.
  return `./${segment}`;
}

function decoded(segment: string): string {
  // A URL has its dots resolved already, the encoded ones, too; what is left of them is meant to deceive.
  if (segment === '' || segment === '.' || segment === '..') throw nothingHere();
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpProblem('bad-request', 'The address has a % that begins no encoded character.');
  }
}
