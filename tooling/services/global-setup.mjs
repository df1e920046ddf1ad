// Vitest runs this once for all projects: it starts the host of the run's servers, and tells tests where it is.
import { startHost } from './start-host.mjs';

/** Finds or installs the servers that the run requires; what it resolves to ends them all. */
export async function setup() {
  const host = await startHost();
  process.env.SCHED_TEST_SERVICES = host.path;
  try {
    await host.ask({ action: 'require' });
  } catch (error) {
    await host.end();
    throw error;
  }
  return host.end;
}
