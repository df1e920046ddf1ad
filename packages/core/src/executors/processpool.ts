// Runs tasks in child processes.
import { type PoolOptions, poolSettings } from './pool/options.ts';
import { PoolExecutor } from './pool/pool-executor.ts';
import { processStarter } from './pool/process-worker.ts';

/**
 * Runs each task in a process of its own, which is killed when the task does not heed its signal. For tasks that may take
 * their process down: native code, leaks, `process.exit`. Takes tasks that say where their code is: `defineTask(name, { module })`.
 */
export class ProcessPoolExecutor extends PoolExecutor {
  /** @throws InvalidOptionError naming the option */
  constructor(options: PoolOptions = {}) {
    const settings = poolSettings(options);
    super('processpool', settings, processStarter(settings));
  }
}
