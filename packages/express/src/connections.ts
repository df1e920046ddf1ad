// The connections of a server, so that none of them can hold up its end for ever.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Follows a server's connections, and the responses on them, from the moment it is made. */
export class Connections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #answering = new Set<ServerResponse>();
  #isEnding = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', this.#onConnection);
    // Before the app's own listener, which may answer at once.
    server.prependListener('request', this.#onRequest);
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** From here on each connection ends with the response it is busy with, and its client is told so. */
  endWithResponse(): void {
    this.#isEnding = true;
    for (const response of this.#answering) endAfter(response);
  }

  /** Ends what is still open: responses that never end, and connections that were upgraded. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
    // Those that were open before they were followed.
    this.#server.closeAllConnections();
  }

  /** Follows them no more. */
  release(): void {
    this.#server.off('connection', this.#onConnection);
    this.#server.off('request', this.#onRequest);
  }

  readonly #onConnection = (socket: Socket): void => {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  };

  readonly #onRequest = (_request: IncomingMessage, response: ServerResponse): void => {
    this.#answering.add(response);
    response.once('close', () => this.#answering.delete(response));
    if (this.#isEnding) endAfter(response);
  };
}

/** Lets the connection end with this response, which would else be kept alive for the next request. */
function endAfter(response: ServerResponse): void {
  const { socket } = response;
  if (response.headersSent) response.once('finish', () => socket?.destroySoon());
  else response.setHeader('Connection', 'close');
}
