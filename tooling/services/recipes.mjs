// The kinds of server that tests use, and what there is to know of each.
import { chromium } from './chromium.mjs';
import { mongodb } from './mongodb.mjs';
import { mysql } from './mysql.mjs';
import { postgres } from './postgres.mjs';
import { redis } from './redis.mjs';

/**
 * How a kind of server is found, started and asked. A place is `{ directory, port, log }`. What is only a program has the first
 * four properties and a variable.
 *
 * @typedef {object} Recipe
 * @property {string} title
 * @property {string} advice How to get the server, for those who lack it.
 * @property {() => string[]} packages Debian's packages that bring it; none if they would not do.
 * @property {() => unknown} find Its programs, or undefined.
 * @property {string} [variable] Names one to use in the environment. @default SCHED_TEST_<KIND>_URL
 * @property {(programs, place) => void | Promise<void>} [prepare] Fills the fresh directory, once.
 * @property {(programs, place) => { program, args, env?, user? }} command What runs until it is killed.
 * @property {(port: number) => string} url
 * @property {(port: number) => Promise<void>} probe Connects and asks for something; throws until that works.
 * @property {NodeJS.Signals} [stopSignal] Ends it better than SIGKILL would.
 * @property {(programs, place) => void | Promise<void>} [settle] Waits for, or removes, what outlives a killed process.
 */

/** By the name it has in the environment: `SCHED_TEST_<KIND>_URL`, `SCHED_TEST_REQUIRE`. */
export const RECIPES = { redis, postgres, mysql, mongodb, chromium };
