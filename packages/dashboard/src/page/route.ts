// Where in the page the viewer is: kept in the hash, so that the page works wherever it is mounted.
import { signal } from '@preact/signals';

/** The views there are. */
export type View = 'timeline' | 'jobs' | 'job' | 'runs' | 'run' | 'system' | 'unknown';

/** A view, what it shows, and how. */
export interface Route {
  readonly view: View;
  /** Id of the job or run; '' elsewhere. */
  readonly id: string;
  readonly params: URLSearchParams;
}

/** The route that a hash says. */
function parseRoute(hash: string): Route {
  const [path = '', query = ''] = split(hash.replace(/^#\/?/, ''));
  const [room = '', id, ...rest] = path.split('/');
  const params = new URLSearchParams(query);
  if (rest.length > 0) return { view: 'unknown', id: '', params };
  if (id === undefined || id === '') return { view: listView(room), id: '', params };
  const view = room === 'jobs' ? 'job' : room === 'runs' ? 'run' : 'unknown';
  return { view, id: decoded(id), params };
}

function split(text: string): [string, string] {
  const at = text.indexOf('?');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function listView(room: string): View {
  if (room === '') return 'timeline';
  return room === 'timeline' || room === 'jobs' || room === 'runs' || room === 'system' ? room : 'unknown';
}

/** People edit addresses: a broken escape is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where the viewer is. */
export const route = signal(parseRoute(location.hash));

/** Follows the address. Called once. */
export function startRouting(): void {
  addEventListener('hashchange', () => {
    route.value = parseRoute(location.hash);
  });
}

/** Goes somewhere. */
export function go(href: string): void {
  location.hash = href;
}

/** Changes parameters of this view without a new entry in the history. null takes one away. */
export function setParams(changes: { readonly [name: string]: string | readonly string[] | null }): void {
  const params = new URLSearchParams(route.value.params);
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name);
    for (const item of typeof value === 'string' ? [value] : (value ?? [])) if (item !== '') params.append(name, item);
  }
  const [path] = split(location.hash || '#/');
  const query = params.toString();
  history.replaceState(null, '', `${path}${query === '' ? '' : `?${query}`}`);
  route.value = parseRoute(location.hash);
}

/** Address of a job. */
export function jobHref(id: string, jobStore: string | null): string {
  return `#/jobs/${encodeURIComponent(id)}${jobStore === null ? '' : `?store=${encodeURIComponent(jobStore)}`}`;
}

/** Address of a run. */
export function runHref(id: string): string {
  return `#/runs/${encodeURIComponent(id)}`;
}
