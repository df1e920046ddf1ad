// The entry `@sched/core/stores/redis`.
export type { RedisClient } from './client.ts';
export type { RedisStoreOptions } from './options.ts';
export { RedisStore } from './redis-store.ts';
