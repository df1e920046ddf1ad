// The entry `@sched/core/stores/mysql`.
export type { MysqlConnection, MysqlPool } from './driver.ts';
export { MysqlStore } from './mysql-store.ts';
export type { MysqlStoreOptions } from './options.ts';
export { mysqlSchema } from './schema.ts';
