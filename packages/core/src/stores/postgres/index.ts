// The entry `@sched/core/stores/postgres`.
export type { PgClient, PgPool } from './driver.ts';
export type { PostgresStoreOptions } from './options.ts';
export { PostgresStore } from './postgres-store.ts';
export { postgresSchema } from './schema.ts';
