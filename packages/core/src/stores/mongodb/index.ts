// The entry `@sched/core/stores/mongodb`.
export type { MongodbClient } from './driver.ts';
export { MongodbStore } from './mongodb-store.ts';
export type { MongodbStoreOptions } from './options.ts';
