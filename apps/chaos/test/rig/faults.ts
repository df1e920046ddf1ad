// The faults of one chaos, planned from a seed before it begins.
import { seededRandom } from './random.ts';

/** Something goes wrong, so long after the beginning; `ms` is for how long. */
export type Fault = { readonly at: number } & (
  | { readonly kind: 'kill'; readonly place: number }
  | { readonly kind: 'stop'; readonly place: number; readonly ms: number }
  | { readonly kind: 'cut'; readonly ms: number }
  | { readonly kind: 'lose-reply' }
  | { readonly kind: 'restart-server' }
);

/** How many of each kind. */
export type FaultCounts = Readonly<Record<Fault['kind'], number>>;

/** The least number of kills, and of stops, however short the chaos is. */
const LEAST = 21;
/** One kill, and one stop, in so many milliseconds of a longer one. */
const EVERY_MS = 650;
/** Servers are left alone at the end: connecting again is to be seen too. */
const SERVER_SHARE = 0.75;

/** The faults of a chaos of so many milliseconds among so many processes, in order. */
export function plannedFaults(seed: number, ms: number, places: number, hasServer: boolean): Fault[] {
  const random = seededRandom(seed);
  const faults: Fault[] = [];
  const spread = (count: number, until: number, fault: (index: number, at: number) => Fault) => {
    for (let index = 0; index < count; index++) faults.push(fault(index, ((index + random()) * until) / count));
  };
  const count = Math.max(LEAST, Math.floor(ms / EVERY_MS));
  spread(count, ms, (_, at) => ({ kind: 'kill', at, place: Math.floor(random() * places) }));
  // In turn: a process that sleeps is not stopped once more.
  spread(count, ms, (index, at) => ({ kind: 'stop', at, place: index % places, ms: 1200 + random() * 1800 }));
  if (hasServer) {
    const serverMs = ms * SERVER_SHARE;
    spread(Math.ceil(ms / 3000), serverMs, (_, at) => ({ kind: 'cut', at, ms: random() * 700 }));
    spread(Math.ceil(ms / 600), serverMs, (_, at) => ({ kind: 'lose-reply', at }));
    spread(Math.ceil(ms / 10_000), serverMs, (_, at) => ({ kind: 'restart-server', at }));
  }
  return faults.sort((a, b) => a.at - b.at);
}
