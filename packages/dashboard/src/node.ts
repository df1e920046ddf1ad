// `@sched/dashboard/node`: the dashboard behind node:http, Express and Nest.

export { type NodeHandler, toNodeHandler } from './node/node-handler.ts';
