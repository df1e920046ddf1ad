// Real servers for tests. The run starts one of each kind on first demand, which all its files share, and ends it.
//
//   const url = await serviceUrl('postgres');            // at the top of a test file; '' where there is no such server
//   describe.skipIf(url === '')('the store', () => {     // the run prints, once, how to get the server
//     const database = await freshDatabase(url);         // in beforeAll or a test: { url, name, drop() }, a database of one's own;
//                                                        //   for Redis, which has none, the same URL and a name to begin keys with
//     freshName();                                       // for each test: an identifier, good as a table or key prefix anywhere
//   });
//
//   describe.skipIf(!(await canStart('postgres')))(…)    // for tests that need a server of their own:
//     const server = await startServer('postgres');      //   { url, port, pid, kill(), restart(), stop() }, also an async disposable
//     await server.kill();                               //   kill -9 of all its processes: nothing it acknowledged is lost
//     await server.restart();                            //   kill, if it runs, and start again on the same port and data
//     const proxy = await tcpProxy(server.port);         //   a network to be disturbed, see tcp-proxy.ts
//     proxy.through(server.url);                         //   the server's URL by way of the proxy
//
// Kinds: 'redis', 'postgres', 'mysql' (MariaDB), 'mongodb' (a replica set of one). SCHED_TEST_<KIND>_URL names a server to use
// instead of starting one; with SCHED_TEST_REQUIRE=redis,… a missing one is an error. CONTRIBUTING.md says more.
import { askHost } from './services/host-client.ts';

export { freshDatabase, freshName } from './services/fresh-database.ts';
export { type TcpProxy, tcpProxy } from './services/tcp-proxy.ts';

/** The kinds of server that tests know. */
export type ServiceKind = 'redis' | 'postgres' | 'mysql' | 'mongodb';

/** A server that one test has for itself. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Process id of the server's main process. */
  readonly pid: number;
  /** Kills all its processes with SIGKILL; what it had acknowledged is kept. */
  kill(): Promise<void>;
  /** Kills it if it runs, and starts it on the same port and data; resolves when it answers queries. */
  restart(): Promise<void>;
  /** Ends it and removes its data; also done when the test file ends. */
  stop(): Promise<void>;
}

/** URL of the server that all tests share, or '' where there is none. It answers queries. */
export function serviceUrl(kind: ServiceKind): Promise<string> {
  return askHost<string>({ action: 'url', kind });
}

/** Whether `startServer` can start a server of this kind. */
export function canStart(kind: ServiceKind): Promise<boolean> {
  return askHost<boolean>({ action: 'can-start', kind });
}

/** Starts a server for the caller alone; resolves when it answers queries. */
export async function startServer(kind: ServiceKind): Promise<Server> {
  const started = await askHost<{ url: string; port: number; pid: number }>({ action: 'start', kind });
  const { url, port } = started;
  let { pid } = started;
  const stop = () => askHost<void>({ action: 'stop', port });
  return {
    url,
    port,
    get pid() {
      return pid;
    },
    kill: () => askHost<void>({ action: 'kill', port }),
    async restart() {
      pid = await askHost<number>({ action: 'restart', port });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
