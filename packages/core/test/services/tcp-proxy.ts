// A TCP proxy that stands for a bad network between a client and a server on this machine.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network that a test can disturb. */
export interface TcpProxy extends AsyncDisposable {
  /** Port to connect to, on 127.0.0.1. */
  readonly port: number;
  /** Connections that are open. */
  readonly connectionCount: number;
  /** Bytes that were swallowed so far. */
  readonly lostByteCount: number;
  /** A server's URL, by way of the proxy. */
  through(url: string): string;
  /** Breaks every open connection; new ones are welcome. */
  cut(): void;
  /** Breaks every open connection, and refuses new ones until `accept`. */
  refuse(): Promise<void>;
  /** Ends `refuse`. */
  accept(): Promise<void>;
  /** Loses every byte, both ways, until `pass`; connections open and stay open. */
  swallow(): void;
  /** Ends `swallow`: what comes from here on arrives, what was lost stays lost. */
  pass(): void;
  /** Loses the server's next reply and breaks its connection, so that the client cannot know what was done; resolves then. */
  dropReply(): Promise<void>;
  /** Breaks every connection and frees the port. */
  close(): Promise<void>;
}

/** Puts a proxy before a port of this machine. */
export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  const drops: (() => void)[] = [];
  let isSwallowing = false;
  let lostByteCount = 0;

  const disturbance: Disturbance = {
    isLost(bytes) {
      if (isSwallowing) lostByteCount += bytes.length;
      return isSwallowing;
    },
    dropped: () => drops.shift(),
  };
  const accepted = (client: Socket) => {
    const link: Link = [client, connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })];
    links.add(link);
    join(link, disturbance);
    for (const socket of link) socket.on('close', () => links.delete(link));
  };
  let listener = await listen(accepted, 0);
  const { port } = listener.address() as AddressInfo;

  const cut = () => {
    for (const link of links) sever(link);
  };
  const refuse = async () => {
    if (!listener.listening) return;
    const closed = once(listener.close(), 'close');
    cut();
    await closed;
  };
  return {
    port,
    get connectionCount() {
      return links.size;
    },
    get lostByteCount() {
      return lostByteCount;
    },
    through: (url) => atPort(url, port),
    cut,
    refuse,
    async accept() {
      if (!listener.listening) listener = await listen(accepted, port);
    },
    swallow() {
      isSwallowing = true;
    },
    pass() {
      isSwallowing = false;
    },
    dropReply: () => new Promise((resolve) => drops.push(resolve)),
    close: refuse,
    [Symbol.asyncDispose]: refuse,
  };
}

/** The client's socket and the server's. */
type Link = readonly [client: Socket, server: Socket];

interface Disturbance {
  /** Whether bytes in either direction vanish. */
  isLost(bytes: Buffer): boolean;
  /** Whether this reply is to be dropped: what to call then. */
  dropped(): (() => void) | undefined;
}

function join(link: Link, { isLost, dropped }: Disturbance): void {
  const [client, server] = link;
  client.on('data', (request) => {
    if (!isLost(request)) hand(request, client, server);
  });
  server.on('data', (reply) => {
    if (isLost(reply)) return;
    const onDrop = dropped();
    if (onDrop === undefined) return hand(reply, server, client);
    sever(link);
    onDrop();
  });
  for (const [socket, other] of [link, [server, client]] as const) {
    socket.setNoDelay(true);
    // One side may end while the other still has something to say.
    socket.on('end', () => other.end());
    socket.on('error', () => sever(link));
  }
}

/** Hands bytes on no faster than the receiver takes them. */
function hand(bytes: Buffer, from: Socket, to: Socket): void {
  if (to.destroyed || to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

/** Ends both sides with a reset, as a broken network does. */
function sever(link: Link): void {
  for (const socket of link) if (!socket.destroyed) socket.resetAndDestroy();
}

async function listen(onConnection: (client: Socket) => void, port: number): Promise<Server> {
  const listener = createServer({ allowHalfOpen: true }, onConnection).listen(port, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}

/** A MongoDB client would ask for the members of the replica set, and go past the proxy. */
function atPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = `${port}`;
  if (changed.protocol === 'mongodb:') changed.search = '?directConnection=true';
  return changed.href;
}
