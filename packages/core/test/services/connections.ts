// Whether a server is there: asked of its port.
import { once } from 'node:events';
import { connect } from 'node:net';

/** Resolves once a port of this machine takes a connection; rejects where it does not. */
export async function connected(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect').finally(() => socket.destroy());
}
