// Connections of BullMQ: what they hold, and from when on they hear.
import { type QueueEvents, QueueEventsProducer, type QueueEventsProducerOptions } from 'bullmq';

/** Name of the stream beside a queue by which schedulers ask workers to end runs. */
export function controlQueue(queue: string): string {
  return `${queue}.control`;
}

/**
 * Keeps a connection and its waits for the next one from holding the process: a scheduler in the background does not. Answers
 * how to hold it after all, for as long as something is awaited.
 */
export async function letProcessEnd(backend: { readonly client: Promise<object> }): Promise<(isHeld: boolean) => void> {
  const client: Handles = (await backend.client) as object;
  let isHeld = false;
  const settle = () => {
    for (const handle of [client.stream, client.reconnectTimeout]) handle?.[isHeld ? 'ref' : 'unref']?.();
  };
  for (const event of ['connect', 'ready', 'reconnecting']) client.on?.(event, settle);
  settle();
  return (hold) => {
    isHeld = hold;
    settle();
  };
}

/** Not part of the published types of a client; where they are missing, the process lives until the scheduler has shut down. */
interface Handles {
  readonly stream?: Handle;
  readonly reconnectTimeout?: Handle;
  on?(event: string, listener: () => void): unknown;
}

type Handle = { ref?(): unknown; unref?(): unknown } | null;

/** How often it is tried to hear oneself; then what is not heard is found by looking. */
const MOST_HELLOS = 500;
const HELLO = 'sched-hello';

/** Waits until events are heard. From when on they are cannot be asked: only tried. */
export async function hearOneself(
  events: QueueEvents,
  queue: string,
  options: QueueEventsProducerOptions,
): Promise<void> {
  let isHeard = false;
  const onHello = () => {
    isHeard = true;
  };
  const emitter: NodeJS.EventEmitter = events;
  emitter.on(HELLO, onHello);
  const producer = new QueueEventsProducer(queue, options);
  try {
    for (let n = 0; n < MOST_HELLOS && !isHeard; n++) await producer.publishEvent({ eventName: HELLO });
  } finally {
    emitter.off(HELLO, onHello);
    await producer.close();
  }
}
