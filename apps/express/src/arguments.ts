// What the command line asks for.
import { parseArgs } from 'node:util';

/** How the program runs. */
export interface Settings {
  /** Where it listens; 0 = any free port. */
  readonly port: number;
  /** How many processes serve. */
  readonly replicas: number;
  /** When it ends by itself; null = when it is told to. */
  readonly seconds: number | null;
  readonly jobStore: { readonly type: string; readonly url: string };
}

/** @throws RangeError naming the option that is wrong */
export function readArguments(): Settings {
  const { values } = parseArgs({
    options: {
      for: { type: 'string' },
      port: { type: 'string', default: '3000' },
      replicas: { type: 'string', default: '1' },
      store: { type: 'string', default: '.sched/express.sqlite' },
    },
  });
  return {
    port: number('port', values.port, 0, 65_535),
    replicas: number('replicas', values.replicas, 1, 64),
    seconds: values.for === undefined ? null : number('for', values.for, 1, 2_000_000),
    jobStore: { type: storeType(values.store), url: values.store },
  };
}

/** A store goes by the scheme of its URL: `postgres://…` is `{ type: 'postgres' }`; a path is a SQLite file. */
function storeType(url: string): string {
  const [, scheme = 'sqlite'] = /^([a-z]+)(?:\+[a-z]+)?:\/\//.exec(url) ?? [];
  return scheme;
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`--${option}: expected a whole number from ${least} to ${most}, got '${text}'`);
}
