// Job stores and executors by type: a closed table, so that a configuration can name one and never bring code of its own.
import { InvalidOptionError } from '../../errors.ts';
import type { Executor } from '../../executors/executor.ts';
import { LocalExecutor, type LocalExecutorOptions } from '../../executors/local.ts';
import { POOL_OPTIONS, type PoolOptions } from '../../executors/pool/options.ts';
import { ProcessPoolExecutor } from '../../executors/processpool.ts';
import { ThreadPoolExecutor } from '../../executors/threadpool.ts';
import { MemoryStore } from '../../stores/memory/memory-store.ts';
import { mongodbSettings } from '../../stores/mongodb/options.ts';
import { mysqlSettings } from '../../stores/mysql/options.ts';
import { postgresSettings } from '../../stores/postgres/options.ts';
import { redisSettings } from '../../stores/redis/options.ts';
import { sqliteSettings } from '../../stores/sqlite/options.ts';
import type { JobStore } from '../../stores/store.ts';
import { refuseElsewhere } from './elsewhere.ts';

/** A store or an executor as plain data: its type and its own options. */
export interface ComponentConfig {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** Types under the names other configurations use for them. `sqlalchemy` goes by the scheme of its URL. */
const JOB_STORE_ALIASES: Readonly<Record<string, string>> = {
  memory: 'memory',
  sqlite: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  redis: 'redis',
  mongodb: 'mongodb',
  sqlalchemy: 'sqlalchemy',
  'apscheduler.jobstores.memory:MemoryJobStore': 'memory',
  'apscheduler.jobstores.sqlalchemy:SQLAlchemyJobStore': 'sqlalchemy',
  'apscheduler.jobstores.redis:RedisJobStore': 'redis',
  'apscheduler.jobstores.mongodb:MongoDBJobStore': 'mongodb',
};

const EXECUTOR_ALIASES: Readonly<Record<string, string>> = {
  local: 'local',
  asyncio: 'local',
  debug: 'local',
  gevent: 'local',
  tornado: 'local',
  twisted: 'local',
  threadpool: 'threadpool',
  processpool: 'processpool',
  'apscheduler.executors.asyncio:AsyncIOExecutor': 'local',
  'apscheduler.executors.debug:DebugExecutor': 'local',
  'apscheduler.executors.gevent:GeventExecutor': 'local',
  'apscheduler.executors.tornado:TornadoExecutor': 'local',
  'apscheduler.executors.twisted:TwistedExecutor': 'local',
  'apscheduler.executors.pool:ThreadPoolExecutor': 'threadpool',
  'apscheduler.executors.pool:ProcessPoolExecutor': 'processpool',
};

/** Dialects in the scheme of an SQLAlchemy URL: `postgresql+psycopg2://` is PostgreSQL. */
const SQL_SCHEMES: Readonly<Record<string, string>> = {
  sqlite: 'sqlite',
  postgresql: 'postgres',
  postgres: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};

type Options = { readonly [option: string]: unknown };

/** A type of store: what checks its options, with nothing opened and no driver loaded, and what makes it. */
interface StoreType {
  readonly check: (options: Options) => unknown;
  readonly make: (options: Options) => Promise<JobStore>;
}

/** The types of store there are. Those on a database are loaded when they are asked for: their drivers are optional peers. */
const JOB_STORES: Readonly<Record<string, StoreType>> = {
  memory: { check: (options) => new MemoryStore(options), make: async (options) => new MemoryStore(options) },
  sqlite: {
    check: sqliteSettings,
    make: async (options) => new (await import('../../stores/sqlite/index.ts')).SqliteStore(options),
  },
  postgres: {
    check: postgresSettings,
    make: async (options) => new (await import('../../stores/postgres/index.ts')).PostgresStore(options),
  },
  mysql: {
    check: mysqlSettings,
    make: async (options) => new (await import('../../stores/mysql/index.ts')).MysqlStore(options),
  },
  redis: {
    check: redisSettings,
    make: async (options) => new (await import('../../stores/redis/index.ts')).RedisStore(options),
  },
  mongodb: {
    check: mongodbSettings,
    make: async (options) => new (await import('../../stores/mongodb/index.ts')).MongodbStore(options),
  },
};

const EXECUTORS: Readonly<Record<string, (options: Options) => Executor>> = {
  local: (options) => new LocalExecutor(options as LocalExecutorOptions),
  threadpool: (options) => new ThreadPoolExecutor(options as PoolOptions),
  processpool: (options) => new ProcessPoolExecutor(options as PoolOptions),
};

/** The options of each type of executor. */
const KNOWN_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  local: ['maxWorkers'],
  threadpool: POOL_OPTIONS,
  processpool: POOL_OPTIONS,
};

/**
 * Reads what was configured for a job store: a store stays as it is, a description gets its type in our words.
 *
 * @throws InvalidOptionError if it is neither, or the type is unknown.
 */
export function readJobStore(value: unknown, field: string): JobStore | ComponentConfig {
  if (isJobStore(value)) return value;
  return readConfig(value, field, JOB_STORE_ALIASES, 'job store');
}

/** Reads what was configured for an executor, as {@link readJobStore} does for a store. */
export function readExecutor(value: unknown, field: string): Executor | ComponentConfig {
  if (isExecutor(value)) return value;
  const config = readConfig(value, field, EXECUTOR_ALIASES, 'executor');
  const known = KNOWN_OPTIONS[config.type];
  for (const name of Object.keys(config)) {
    if (name !== 'type' && known !== undefined && !known.includes(name)) {
      throw new InvalidOptionError(`${field}.${name}`, config[name], `one of ${known.join(', ')}`);
    }
  }
  return config;
}

/**
 * Makes sure that what is configured can be made: nothing is opened or started, and no driver loaded. `field` is where it was
 * configured.
 *
 * @throws InvalidOptionError for an option that is unknown or of the wrong type.
 */
export function checkOptions(option: JobStore | Executor | ComponentConfig, field: string): void {
  if (isExecutor(option) || isJobStore(option)) return;
  const { type, ...options } = option;
  try {
    JOB_STORES[type]?.check(options);
    // An executor costs nothing until it is started.
    EXECUTORS[type]?.(options);
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    throw new InvalidOptionError(`${field}.${error.field}`, error.value, error.expected);
  }
}

/** The store of a configuration. */
export async function makeJobStore(option: JobStore | ComponentConfig): Promise<JobStore> {
  if (isJobStore(option)) return option;
  const { type, ...options } = option;
  const known = JOB_STORES[type];
  if (known === undefined) throw new InvalidOptionError('type', type, `one of ${Object.keys(JOB_STORES).join(', ')}`);
  return await known.make(options);
}

/** The executor of a configuration. */
export function makeExecutor(option: Executor | ComponentConfig): Executor {
  if (isExecutor(option)) return option;
  const { type, ...options } = option;
  const make = EXECUTORS[type];
  if (make === undefined) throw new InvalidOptionError('type', type, `one of ${Object.keys(EXECUTORS).join(', ')}`);
  return make(options);
}

/** Whether jobs of this store outlive the process. */
export function isDurable(option: JobStore | ComponentConfig): boolean {
  return isJobStore(option) ? option.durable : option.type !== 'memory';
}

function readConfig(
  value: unknown,
  field: string,
  aliases: Readonly<Record<string, string>>,
  kind: 'job store' | 'executor',
): ComponentConfig {
  if (typeof value !== 'object' || value === null)
    throw new InvalidOptionError(field, value, `a ${kind} or an object with its type`);
  const { type, class: className, ...options } = value as { readonly [name: string]: unknown };
  if (type !== undefined && className !== undefined) {
    throw new InvalidOptionError(`${field}.class`, className, 'nothing beside a type: either names what it is');
  }
  const named = type ?? className;
  const known = typeof named === 'string' && Object.hasOwn(aliases, named) ? aliases[named] : undefined;
  if (known === undefined) {
    const types = Object.keys(kind === 'job store' ? JOB_STORES : EXECUTORS).join(', ');
    throw new InvalidOptionError(
      `${field}.type`,
      named,
      `${kind === 'executor' ? 'an' : 'a'} ${kind} or one of the types ${types}`,
    );
  }
  refuseElsewhere(kind, options, `${field}.`);
  return Object.freeze({ ...options, type: known === 'sqlalchemy' ? sqlType(options.url, field) : known });
}

function sqlType(url: unknown, field: string): string {
  const scheme = typeof url === 'string' ? (url.split(/[+:]/, 1)[0] ?? '') : '';
  const type = Object.hasOwn(SQL_SCHEMES, scheme) ? SQL_SCHEMES[scheme] : undefined;
  if (type === undefined) throw new InvalidOptionError(`${field}.url`, url, `a URL such as 'sqlite:///jobs.sqlite'`);
  return type;
}

function isJobStore(value: unknown): value is JobStore {
  return typeof value === 'object' && value !== null && 'claimDue' in value;
}

function isExecutor(value: unknown): value is Executor {
  return typeof value === 'object' && value !== null && 'execute' in value;
}
