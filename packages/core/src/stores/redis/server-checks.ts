// What a server has to be like for jobs to be safe on it, read from what it says of itself.
import { SchedError } from '../../errors.ts';

/** The oldest server that has all that the scripts use. */
const OLDEST_VERSION = [6, 2] as const;

/** What a server says of itself, by field. */
export type ServerInfo = ReadonlyMap<string, string>;

/** The lines of the answer to `INFO`. */
export function parseInfo(text: string): ServerInfo {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** @throws SchedError `store-failure` that says how to put it right. */
export function checkServer(info: ServerInfo, { allowEviction }: { readonly allowEviction: boolean }): void {
  const version = info.get('redis_version') ?? '0';
  if (isOlder(version)) throw refusal(`Redis ${version} is too old: ${OLDEST_VERSION.join('.')} or newer is needed`);
  if (info.get('role') === 'slave') {
    const primary = `${info.get('master_host') ?? 'unknown'}:${info.get('master_port') ?? ''}`;
    throw refusal(`this Redis is a read-only replica: connect to its primary, ${primary}`);
  }
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (Number(info.get('maxmemory') ?? 0) > 0 && policy !== 'noeviction' && !allowEviction) {
    throw refusal(
      `Redis may evict jobs when its memory is full (maxmemory-policy ${policy}): ` +
        'run CONFIG SET maxmemory-policy noeviction, or set the option allowEviction',
    );
  }
}

/** What the server should do better, as a sentence; null if nothing. */
export function serverAdvice(info: ServerInfo): string | null {
  if (info.get('aof_enabled') === '1') return null;
  return 'Redis writes no append-only file and loses what its last snapshot has not: set appendonly yes';
}

/** Which server it is: another after each start, and on a replica that takes over. */
export function identityOf(info: ServerInfo): string {
  return `${info.get('run_id') ?? ''}/${info.get('master_replid') ?? ''}`;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1]);
}

function refusal(message: string): SchedError {
  return new SchedError('store-failure', message);
}
