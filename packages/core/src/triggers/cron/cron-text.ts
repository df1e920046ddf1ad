// Cron triggers as text, and back: what logs and lists show can be read again.
import { InvalidTriggerError } from '../../errors.ts';
import type { CronTriggerOptions } from './cron.ts';
import { CRON_FIELD_NAMES } from './fields.ts';
import { formatCrontab } from './format.ts';
import type { CronSpec } from './spec.ts';

type Stored = Readonly<Record<string, unknown>>;

const NAMES = ['crontab', 'dialect', 'hashSeed', ...CRON_FIELD_NAMES, 'startDate', 'endDate', 'timezone'];

/** A crontab line where one can say it all, else the options by name: `cron[month='6-8', hour='0-3']`. UTC is not named. */
export function cronText(stored: Stored, spec: CronSpec): string {
  const { crontab, timezone } = stored;
  const zone = timezone === 'UTC' ? undefined : timezone;
  const line = typeof crontab === 'string' ? lineOf(stored, crontab, spec) : null;
  if (line !== null) return zone === undefined || /^(CRON_)?TZ=/.test(line) ? line : `TZ=${zone} ${line}`;
  const dst = Object.entries(stored['dst'] ?? {}).map(([name, value]) => [`dst.${name}`, value]);
  const options = NAMES.map((name) => [name, name === 'timezone' ? zone : stored[name]]);
  const named = [...options, ...dst].filter(([, value]) => value !== undefined);
  return `cron[${named.map(([name, value]) => `${name}='${escaped(String(value))}'`).join(', ')}]`;
}

/** The line, in the default dialect; null where no line says the same. */
function lineOf(
  { dialect, hashSeed, startDate, endDate, dst }: Stored,
  crontab: string,
  spec: CronSpec,
): string | null {
  if (startDate !== undefined || endDate !== undefined) return null;
  const isPlain = (dialect === undefined || dialect === 'vixie') && hashSeed === undefined && dst === undefined;
  return isPlain ? crontab : formatCrontab(spec);
}

function escaped(value: string): string {
  return value.replace(/[\\']/g, '\\$&');
}

/**
 * The options of a text as {@link cronText} writes it.
 *
 * @throws InvalidTriggerError with the position, where it is not such a text.
 */
export function optionsOfText(text: unknown): CronTriggerOptions {
  if (typeof text !== 'string') throw new InvalidTriggerError('cron', text, 'a text such as "0 9 * * 1-5"');
  if (!text.startsWith('cron[')) return { crontab: text };
  const options: Record<string, unknown> = {};
  const dst: Record<string, unknown> = {};
  const pair = /(?:^cron\[|, )([a-zA-Z.]+)='((?:[^\\']|\\.)*)'/y;
  let end = 'cron['.length;
  for (let match = pair.exec(text); match !== null; match = pair.exec(text)) {
    const [, name = '', value = ''] = match;
    const [into, key] = name.startsWith('dst.') ? [dst, name.slice('dst.'.length)] : [options, name];
    if (Object.hasOwn(into, key)) break;
    into[key] = value.replace(/\\(.)/g, '$1');
    end = pair.lastIndex;
  }
  if (text.slice(end) !== ']')
    throw new InvalidTriggerError('cron', text, "options, each once, as in cron[hour='9', minute='30']", end);
  return Object.keys(dst).length === 0 ? options : { ...options, dst };
}
