// Runs tasks in worker threads.
import { type PoolOptions, poolSettings } from './pool/options.ts';
import { PoolExecutor } from './pool/pool-executor.ts';
import { threadStarter } from './pool/thread-worker.ts';

/**
 * Runs each task in a thread of its own, which is killed when the task does not heed its signal. For tasks that compute: they
 * hold up neither this event loop nor each other. Takes tasks that say where their code is: `defineTask(name, { module })`.
 */
export class ThreadPoolExecutor extends PoolExecutor {
  /** @throws InvalidOptionError naming the option */
  constructor(options: PoolOptions = {}) {
    const settings = poolSettings(options);
    super('threadpool', settings, threadStarter(settings));
  }
}
