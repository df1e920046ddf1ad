// Events of the scheduler as a stream for any number of viewers. The newest are kept, so that a viewer who was cut off goes on
// where it was. Nothing is listened to while nobody looks.
import { randomUUID } from 'node:crypto';
import type { AnySchedulerEvent, Scheduler, Timer } from '@sched/core';
import type { LiveEvent } from '../api/types.ts';

const KEPT_EVENTS = 1000;
/** How long events are kept once the last viewer has gone. */
const LINGER_MS = 60_000;
const HEARTBEAT_MS = 15_000;
/** How often viewers are told to look again, where other processes share a store. */
const ELSEWHERE_MS = 5_000;
/** Messages that may wait for a slow viewer; beyond them it is told to load anew. */
const MAX_WAITING = 500;
/** Viewers at a time. */
const MAX_VIEWERS = 200;

interface Kept {
  readonly number: number;
  readonly message: string;
}

type Send = (message: string) => void;

/** What is made of an event. */
export type Describe = (event: AnySchedulerEvent) => Omit<LiveEvent, 'at'>;

export class LiveEvents {
  readonly #scheduler: Scheduler;
  readonly #describe: Describe;
  readonly #viewers = new Set<Send>();
  /** Ids of another life of this object are none of ours. */
  readonly #epoch = randomUUID().slice(0, 8);
  #kept: Kept[] = [];
  #number = 0;
  #stop: (() => void) | null = null;
  #timer: Timer | null = null;

  constructor(scheduler: Scheduler, describe: Describe) {
    this.#scheduler = scheduler;
    this.#describe = describe;
  }

  /** Whether one more viewer may look. */
  get hasRoom(): boolean {
    return this.#viewers.size < MAX_VIEWERS;
  }

  /** The stream for a viewer who has heard everything up to this id; ends with the signal or the scheduler. */
  stream(lastId: string | null, signal: AbortSignal): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let leave = () => {};
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          let isBehind = false;
          const send: Send = (message) => {
            const isFull = (controller.desiredSize ?? 0) < -MAX_WAITING;
            if (isFull) isBehind = true;
            else controller.enqueue(encoder.encode(isBehind ? this.#reset() : message));
            if (!isFull) isBehind = false;
          };
          leave = this.#join(send, controller);
          signal.addEventListener('abort', leave, { once: true });
          controller.enqueue(encoder.encode(`retry: 2000\n\n${this.#since(lastId)}`));
          if (signal.aborted) leave();
        },
        cancel: () => leave(),
      },
      { highWaterMark: 0 },
    );
  }

  #join(send: Send, controller: ReadableStreamDefaultController): () => void {
    this.#viewers.add(send);
    this.#listen();
    const { clock } = this.#scheduler;
    let timer: Timer;
    let beats = 0;
    const beat = () => {
      beats++;
      if (beats % (HEARTBEAT_MS / ELSEWHERE_MS) === 0) send(': still here\n\n');
      this.#tellElsewhere(send);
      timer = clock.setTimer(ELSEWHERE_MS, beat, false);
    };
    timer = clock.setTimer(ELSEWHERE_MS, beat, false);
    let isGone = false;
    return () => {
      if (isGone) return;
      isGone = true;
      timer.cancel();
      this.#viewers.delete(send);
      if (this.#viewers.size === 0) this.#linger();
      try {
        controller.close();
      } catch {
        // The viewer has closed it.
      }
    };
  }

  /** What this process does not hear of, viewers have to look for. */
  #tellElsewhere(send: Send): void {
    this.#scheduler.getProcesses().then(
      (processes) => {
        if (processes.some(({ isHere, isAlive }) => !isHere && isAlive)) send('event: elsewhere\ndata: {}\n\n');
      },
      () => {},
    );
  }

  #listen(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#stop ??= this.#scheduler.on('*', (event) => this.#tell(event));
  }

  #linger(): void {
    this.#timer = this.#scheduler.clock.setTimer(
      LINGER_MS,
      () => {
        this.#stop?.();
        this.#stop = null;
        // What comes now is not heard: whoever comes back has to load anew.
        this.#kept = [];
        this.#number++;
      },
      false,
    );
  }

  #tell(event: AnySchedulerEvent): void {
    const at = new Date(this.#scheduler.clock.now()).toISOString();
    const live: LiveEvent = { ...this.#describe(event), at };
    const number = ++this.#number;
    // JSON has no line breaks, which would end a message.
    const message = `id: ${this.#epoch}-${number}\nevent: sched\ndata: ${JSON.stringify(live)}\n\n`;
    this.#kept.push({ number, message });
    if (this.#kept.length > 2 * KEPT_EVENTS) this.#kept = this.#kept.slice(-KEPT_EVENTS);
    for (const send of this.#viewers) send(message);
  }

  /** What came after this id; word to load anew if that is not known any more. */
  #since(lastId: string | null): string {
    if (lastId === null) return '';
    const [epoch, number] = lastId.split('-');
    const last = Number(number);
    const first = this.#kept[0]?.number ?? this.#number + 1;
    if (epoch !== this.#epoch || !Number.isSafeInteger(last) || last < first - 1 || last > this.#number)
      return this.#reset();
    return this.#kept
      .filter((kept) => kept.number > last)
      .map(({ message }) => message)
      .join('');
  }

  #reset(): string {
    return `id: ${this.#epoch}-${this.#number}\nevent: reset\ndata: {}\n\n`;
  }
}
