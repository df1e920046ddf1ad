// How fast cron triggers answer "when next?", beside the cron libraries for Node.js. `pnpm bench:triggers` runs it.
import { cpus } from 'node:os';
import { CronTrigger } from '@sched/core';
import { fuzzCorpus } from './fuzz-corpus.ts';
import {
  type Effort,
  geometricMean,
  heapPerItem,
  type Measurement,
  measure,
  median,
  seededRandom,
  table,
  timeText,
} from './harness.ts';
import { type Next, PEERS, type Peer } from './trigger-peers.ts';

/** What is asked for; where libraries spell it differently, each is given the first spelling that it reads. */
const EXPRESSIONS: readonly (readonly string[])[] = [
  ['* * * * * *'],
  ['*/5 * * * *'],
  ['0 */2 * * *'],
  ['15,45 8-18 * * 1-5'],
  ['0 9 * * 1-5'],
  ['30 2 * * *'],
  ['0 0 1 * *'],
  ['0 12 1 1 *'],
  ['0 0 29 2 *'],
  ['0 0 13 * 5'],
  ['0 0 L * *'],
  ['0 0 * * fri#3', '0 0 * * 5#3'],
  ['0 0 * * 5L'],
];

const ZONES = ['UTC', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe'];
/** Where code is warmed up before anything is asked about the zones above. */
const WARM_UP_ZONES = ['Europe/Berlin', 'Asia/Tokyo', 'America/Sao_Paulo'];

const NEXT_EFFORT: Effort = { rounds: 5, budgetMs: 12 };
const PARSE_EFFORT: Effort = { rounds: 9, budgetMs: 12 };
const SEQUENCE = 1_000;
const FIRST_ROUND_MS = 300;
const FRESH_ZONES = 40;
const HEAP_ITEMS = 2_000;
const WARM_UP_MS = 20;
const FUZZ_TEXTS = 100_000;
const FUZZ_SUSPECTS = 500;
const FUZZ_REPEATS = 5;

const FROM = Date.UTC(2020, 0, 1);
const TO = Date.UTC(2030, 0, 1);

interface Case {
  readonly label: string;
  readonly measured: ReadonlyMap<string, Measurement>;
}

const [ours, ...peers] = PEERS;
if (ours === undefined) throw new Error('there is nothing to measure');

console.log(`Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`);
console.log(
  'Each figure is the median of interleaved rounds. – = cannot read it. ! = threw for some of the instants.\n',
);

warmUp();
report('Next fire time, cold: each asked once, about a month that nothing was asked about before', coldCases());
report('Next fire time from a random instant', eachCase(randomly));
report(`${SEQUENCE} fire times one after the other, per fire time`, eachCase(inSequence));
reportFreshZones();
reportParsing();
reportSlowestParse();
reportHeap();

function eachCase(workOf: (next: Next) => () => void): Case[] {
  return EXPRESSIONS.flatMap((spellings) => ZONES.map((timezone) => measureCase(spellings, timezone, workOf)));
}

function measureCase(spellings: readonly string[], timezone: string, workOf: (next: Next) => () => void): Case {
  const contenders = readers(spellings).map(({ peer, expression }) => {
    return { name: peer.name, work: workOf(peer.next(peer.compile(expression, timezone))) };
  });
  return { label: labelOf(spellings, timezone), measured: measure(contenders, NEXT_EFFORT) };
}

/** Runs all code there is, in other zones, so that what is measured first is not compiled while it is. */
function warmUp(): void {
  for (const timezone of WARM_UP_ZONES) {
    for (const spellings of EXPRESSIONS) {
      for (const { peer, expression } of readers(spellings)) {
        attemptFor(WARM_UP_MS, 10_000, randomly(peer.next(peer.compile(expression, timezone))));
      }
    }
  }
}

/** Every case has months of its own: what one of them has made the library look up does not help another one. */
function coldCases(): Case[] {
  const months = Array.from({ length: 12 * 60 }, (_, month) => Date.UTC(1975, month, 10, 12, 34, 56));
  return EXPRESSIONS.flatMap((spellings, index) => {
    const own = months.filter((_, month) => month % EXPRESSIONS.length === index);
    return ZONES.map((timezone) => coldCase(spellings, timezone, own));
  });
}

function coldCase(spellings: readonly string[], timezone: string, instants: readonly number[]): Case {
  const asked = readers(spellings).map(({ peer, expression }) => {
    return { peer, next: peer.next(peer.compile(expression, timezone)), times: [] as number[], errors: 0 };
  });
  for (const instant of instants) {
    for (const each of asked) {
      const start = performance.now();
      try {
        each.next(instant);
      } catch {
        each.errors++;
      }
      each.times.push((performance.now() - start) * 1e6);
    }
  }
  const measured = asked.map(({ peer, times, errors }) => [peer.name, { ns: median(times), errors }] as const);
  return { label: labelOf(spellings, timezone), measured: new Map(measured) };
}

function labelOf(spellings: readonly string[], timezone: string): string {
  return `${spellings[0]?.padEnd(19)} ${timezone}`;
}

/** The libraries that can read an expression, each with the spelling it reads. */
function readers(spellings: readonly string[]): { readonly peer: Peer; readonly expression: string }[] {
  return PEERS.flatMap((peer) => {
    const expression = readable(peer, spellings);
    return expression === null ? [] : [{ peer, expression }];
  });
}

function readable(peer: Peer, spellings: readonly string[]): string | null {
  for (const spelling of spellings) {
    try {
      peer.compile(spelling, 'UTC');
      return spelling;
    } catch {}
  }
  return null;
}

/** Every library is asked about the same instants. */
function randomly(next: Next): () => void {
  const random = seededRandom(1);
  const instants = Array.from({ length: 4_096 }, () => FROM + Math.floor(random() * (TO - FROM)));
  let index = 0;
  return () => {
    next(instants[index++ & 4_095] ?? FROM);
  };
}

/** Starts over after so many, and wherever a library finds no more. It has gone round once, if that is quick, before it is measured. */
function inSequence(next: Next): () => void {
  let at = FROM;
  let left = SEQUENCE;
  const step = () => {
    const found = left-- > 0 ? next(at) : Number.NaN;
    if (Number.isNaN(found)) {
      at = FROM;
      left = SEQUENCE;
    } else {
      at = found;
    }
  };
  attemptFor(FIRST_ROUND_MS, SEQUENCE, step);
  return step;
}

/** Does something so many times, or as often as the time allows. */
function attemptFor(budgetMs: number, times: number, work: () => void): void {
  const start = performance.now();
  for (let done = 0; done < times && performance.now() - start < budgetMs; done++) {
    try {
      work();
    } catch {}
  }
}

/** What a zone costs the first time a process hears of it: made ready and asked once, each zone new to the library. */
function reportFreshZones(): void {
  const known = [...ZONES, ...WARM_UP_ZONES];
  const zones = Intl.supportedValuesOf('timeZone').filter((timezone) => !known.includes(timezone));
  const chosen = zones.filter((_, index) => index % Math.floor(zones.length / FRESH_ZONES) === 0);
  const row = PEERS.map((peer) => timeText(median(chosen.map((timezone) => timeOnce(peer, timezone)))));
  console.log(
    `${table([`First fire time in a fresh zone (${chosen.length} zones)`, ...PEERS.map((peer) => peer.name)], [['30 2 * * *', ...row]])}\n`,
  );
}

function timeOnce(peer: Peer, timezone: string): number {
  const start = performance.now();
  peer.next(peer.compile('30 2 * * *', timezone))(FROM);
  return (performance.now() - start) * 1e6;
}

function report(title: string, cases: readonly Case[]): void {
  const headings = ['', ours?.name ?? '', ...peers.flatMap((peer) => [peer.name, '×'])];
  const rows = cases.map(({ label, measured }) => [
    label,
    cell(measured.get(ours?.name ?? '')),
    ...peers.flatMap((peer) => [cell(measured.get(peer.name)), ratioText(ratio(measured, peer))]),
  ]);
  console.log(`${title}\n${table(headings, [...rows, ...summaries(cases)])}\n`);
}

function summaries(cases: readonly Case[]): string[][] {
  const ratiosOf = (peer: Peer) => cases.map(({ measured }) => ratio(measured, peer)).filter((value) => value !== null);
  return [
    ['geometric mean', '', ...peers.flatMap((peer) => ['', ratioText(geometricMean(ratiosOf(peer)))])],
    ['least', '', ...peers.flatMap((peer) => ['', ratioText(Math.min(...ratiosOf(peer)))])],
  ];
}

/** How many times as long as ours the peer takes. */
function ratio(measured: ReadonlyMap<string, Measurement>, peer: Peer): number | null {
  const mine = measured.get(ours?.name ?? '');
  const theirs = measured.get(peer.name);
  return mine === undefined || theirs === undefined ? null : theirs.ns / mine.ns;
}

function cell(measurement: Measurement | undefined): string {
  return measurement === undefined ? '–' : `${timeText(measurement.ns)}${measurement.errors > 0 ? ' !' : ''}`;
}

function ratioText(value: number | null): string {
  return value === null ? '' : value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function reportParsing(): void {
  const cases = EXPRESSIONS.map((spellings) => {
    const contenders = readers(spellings).map(({ peer, expression }) => {
      return { name: peer.name, work: () => void peer.compile(expression, 'America/New_York') };
    });
    return { label: spellings[0] ?? '', measured: measure(contenders, PARSE_EFFORT) };
  });
  report('Making an expression ready (New York)', cases);
}

/** Random and mutated lines: what takes longest the first time is read again, for it may have been the garbage collector. */
function reportSlowestParse(): void {
  const timed = fuzzCorpus(FUZZ_TEXTS, seededRandom(7)).map((text) => ({ text, ms: timeToRead(text) }));
  const suspects = timed.sort((a, b) => b.ms - a.ms).slice(0, FUZZ_SUSPECTS);
  const best = suspects.map(({ text }) => {
    return { text, ms: Math.min(...Array.from({ length: FUZZ_REPEATS }, () => timeToRead(text))) };
  });
  const [slowest] = best.sort((a, b) => b.ms - a.ms);
  const first = `${FUZZ_TEXTS} random and mutated lines: slowest ${timeText((suspects[0]?.ms ?? 0) * 1e6)} when first read,`;
  const again = `${timeText((slowest?.ms ?? 0) * 1e6)} at best of ${FUZZ_REPEATS}: ${JSON.stringify(slowest?.text)}`;
  console.log(`${first} ${again}\n`);
}

function timeToRead(text: string): number {
  const start = performance.now();
  try {
    CronTrigger.fromCrontab(text, { hashSeed: 'bench' });
  } catch {}
  return performance.now() - start;
}

function reportHeap(): void {
  const expressions = ['*/5 * * * *', '15,45 8-18 * * 1-5'];
  const rows = expressions.map((expression) => [
    expression,
    ...PEERS.map((peer) => {
      const bytes = heapPerItem(() => peer.compile(expression, 'America/New_York'), HEAP_ITEMS);
      return bytes === null ? '?' : `${bytes.toFixed(0)} B`;
    }),
  ]);
  console.log(table(['Heap of one made ready', ...PEERS.map((peer) => peer.name)], rows));
}
