// The version of this package, as processes tell it to each other.
import { version } from '../package.json';

/** The version of `@sched/core` that runs here. */
export const VERSION: string = version;
