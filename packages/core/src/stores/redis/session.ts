// The store while it is open: a connection to a server that was found fit, and word to and from the others.
import { randomUUID } from 'node:crypto';
import { SchedError } from '../../errors.ts';
import type { StoreContext } from '../store.ts';
import { ownClient } from './client.ts';
import { RedisConnection } from './connection.ts';
import { baseKey } from './keys.ts';
import { News } from './news.ts';
import type { RedisSettings } from './options.ts';
import { CHECK_IN, SERVER_INFO } from './scripts/check-in.ts';
import { checkServer, identityOf, parseInfo, serverAdvice } from './server-checks.ts';

/** Version of the keys and of what is under them, and the oldest version of this code that may work with them. */
const SCHEMA = { version: 1, compatibleWith: 1 } as const;

const MAY_HAVE_LOST =
  'Redis was started again, or a replica took its place: what it had acknowledged last may be lost, and be done again';

/** What there is while the store is open. */
export interface Session {
  readonly connection: RedisConnection;
  readonly news: News;
  close(): Promise<void>;
}

/**
 * Connects, and looks at the server.
 *
 * @throws SchedError `driver-missing`, or `store-failure` if the server cannot be reached or is not fit.
 */
export async function openSession(settings: RedisSettings, context: StoreContext): Promise<Session> {
  const { clock } = context;
  const connection = new RedisConnection({
    client: settings.client ?? (await ownClient(settings.url ?? '', () => clock.random())),
    isOwn: settings.client === null,
    clock,
    goesByHost: settings.clock === 'host',
    base: baseKey(settings.prefix),
  });
  try {
    await connection.connect();
    const advice = serverAdvice(await checkedServer(connection, settings));
    if (advice !== null) context.onNotice?.(advice);
    const watch = await watchServer(connection, settings, context);
    const news = new News(connection, randomUUID());
    return {
      connection,
      news,
      async close() {
        watch.stop();
        await news.stop();
        connection.close();
      },
    };
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

async function checkedServer(connection: RedisConnection, settings: RedisSettings) {
  const info = parseInfo(String(await connection.run(SERVER_INFO, [])));
  checkServer(info, settings);
  return info;
}

/** Checks in, and again after each connection that is made; tells when the server has become another. */
async function watchServer(
  connection: RedisConnection,
  settings: RedisSettings,
  { onNotice }: StoreContext,
): Promise<{ stop(): void }> {
  let epoch = await checkIn(connection, settings);
  const compare = (found: number) => {
    const seen = epoch;
    epoch = found;
    if (found !== seen) onNotice?.(MAY_HAVE_LOST);
  };
  // A failure is for the operations to report; the next connection tries again.
  const onReady = () => void checkIn(connection, settings).then(compare, () => undefined);
  connection.client.on('ready', onReady);
  return { stop: () => connection.client.off('ready', onReady) };
}

/** How often the server has been another than before. */
async function checkIn(connection: RedisConnection, settings: RedisSettings): Promise<number> {
  const identity = identityOf(await checkedServer(connection, settings));
  const answer = (await connection.run(CHECK_IN, [SCHEMA.version, SCHEMA.compatibleWith, identity])) as unknown[];
  const [version = 0, compatibleWith = 0, epoch = 0] = answer.map(Number);
  if (version > SCHEMA.version && compatibleWith > SCHEMA.version) {
    throw new SchedError(
      'store-failure',
      `the keys are of version ${version}, this @sched/core knows up to ${SCHEMA.version}: update it`,
    );
  }
  return epoch;
}
