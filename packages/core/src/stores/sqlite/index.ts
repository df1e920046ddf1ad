// The entry `@sched/core/stores/sqlite`.
export type { SqliteDatabase, SqliteDriver } from './driver.ts';
export type { SqliteStoreOptions } from './options.ts';
export { sqliteSchema } from './schema.ts';
export { SqliteStore } from './sqlite-store.ts';
