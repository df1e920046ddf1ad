// How fast cron triggers answer "when next?", beside the cron libraries for Node.js. `pnpm bench:triggers` runs it.
import { cpus } from 'node:os';
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

const NEXT_EFFORT: Effort = { rounds: 5, budgetMs: 12 };
const PARSE_EFFORT: Effort = { rounds: 9, budgetMs: 12 };
const SEQUENCE = 1_000;
const FIRST_ROUND_MS = 300;
const FRESH_ZONES = 40;
const HEAP_ITEMS = 2_000;

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

report('Next fire time from a random instant', eachCase(randomly));
report(`${SEQUENCE} fire times one after the other, per fire time`, eachCase(inSequence));
reportFreshZones();
reportParsing();
reportHeap();

function eachCase(workOf: (next: Next) => () => void): Case[] {
  return EXPRESSIONS.flatMap((spellings) => ZONES.map((timezone) => measureCase(spellings, timezone, workOf)));
}

function measureCase(spellings: readonly string[], timezone: string, workOf: (next: Next) => () => void): Case {
  const contenders = PEERS.flatMap((peer) => {
    const expression = readable(peer, spellings);
    return expression === null
      ? []
      : [{ name: peer.name, work: workOf(peer.next(peer.compile(expression, timezone))) }];
  });
  return { label: `${spellings[0]?.padEnd(19)} ${timezone}`, measured: measure(contenders, NEXT_EFFORT) };
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
  const zones = Intl.supportedValuesOf('timeZone').filter((timezone) => !ZONES.includes(timezone));
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
    const contenders = PEERS.flatMap((peer) => {
      const expression = readable(peer, spellings);
      return expression === null
        ? []
        : [{ name: peer.name, work: () => void peer.compile(expression, 'America/New_York') }];
    });
    return { label: spellings[0] ?? '', measured: measure(contenders, PARSE_EFFORT) };
  });
  report('Making an expression ready (New York)', cases);
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
