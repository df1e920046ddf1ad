// The parts of the system, each as a table.
import type { ComponentChildren } from 'preact';
import type { Executor, Health, LiveEvent, Process, Store } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { counted } from '../format/words.ts';
import { Mark } from '../parts/mark.tsx';
import { Empty } from '../parts/notice.tsx';
import { When } from '../parts/when.tsx';

interface TableProps {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** What is said where there are no rows. */
  readonly none: string;
  readonly children: readonly ComponentChildren[];
}

function Table({ id, title, columns, none, children }: TableProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
      </header>
      {children.length === 0 ? (
        <p class="card-body muted">{none}</p>
      ) : (
        <div class="scroll-x" tabIndex={0} role="group" aria-labelledby={id}>
          <table class="table">
            <thead>
              <tr>
                {columns.map((text) => (
                  <th key={text} scope="col">
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A heartbeat older than this may be that of a process which is gone. */
const QUIET_MS = 60_000;
/** From this on two clocks are worth a look. */
const SKEW_MS = 1000;

export function Processes({ processes }: { readonly processes: readonly Process[] }) {
  const columns = ['Process', 'Store', 'Last heartbeat', 'Clock', 'Running since', 'Version'];
  return (
    <Table id="processes" title="Processes" columns={columns} none="No process has been seen yet.">
      {processes.map((process) => (
        <tr key={`${process.jobStore} ${process.schedulerId}`}>
          <td>
            <span class="wrap">
              {process.host}:{process.pid}
            </span>
            {process.isHere && <span class="tag">answers here</span>}
            <span class="muted small block wrap">{process.schedulerId}</span>
          </td>
          <td>{process.jobStore}</td>
          <td class="nowrap">
            <Mark state={process.seenAgoMs > QUIET_MS ? 'lost' : 'succeeded'} />{' '}
            <When at={process.seenAt} show="relative" />
            {process.seenAgoMs > QUIET_MS && <span class="small"> silent</span>}
          </td>
          <td class="nowrap">
            <Skew ms={process.clockSkewMs} />
          </td>
          <td class="nowrap">
            <When at={process.startedAt} />
          </td>
          <td>{process.version ?? '–'}</td>
        </tr>
      ))}
    </Table>
  );
}

/** How far the store's clock is ahead of the process's. */
function Skew({ ms }: { readonly ms: number | null }) {
  if (ms === null) return <span class="muted">not measured</span>;
  if (Math.abs(ms) < SKEW_MS) return <span>in step</span>;
  return (
    <span>
      <Mark state="missed" /> {durationText(Math.abs(ms))} {ms > 0 ? 'behind the store' : 'ahead of the store'}
    </span>
  );
}

export function Stores({ stores }: { readonly stores: readonly Store[] }) {
  return (
    <Table id="stores" title="Job stores" columns={['Store', 'Type', 'How it is', 'Clock']} none="There is none.">
      {stores.map(({ alias, type, durable, status, error, since, clockSkewMs }) => (
        <tr key={alias}>
          <td class="wrap">{alias}</td>
          <td>
            {type}
            <span class="muted small block">{durable ? 'durable' : 'gone with the process'}</span>
          </td>
          <td class="wrap">
            <Mark state={status === 'ok' ? 'succeeded' : 'failed'} /> {status}
            {error !== null && <span class="small block">{error}</span>}
            {since !== null && (
              <span class="muted small block">
                since <When at={since} />
              </span>
            )}
          </td>
          <td class="nowrap">
            <Skew ms={clockSkewMs} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function Executors({ executors }: { readonly executors: readonly Executor[] }) {
  return (
    <Table id="executors" title="Executors" columns={['Executor', 'Type', 'Free']} none="There is none.">
      {executors.map(({ alias, type, free }) => (
        <tr key={alias}>
          <td class="wrap">{alias}</td>
          <td>{type}</td>
          <td class="nowrap">{free === null ? 'no limit' : counted(free, 'slot')}</td>
        </tr>
      ))}
    </Table>
  );
}

export function UnknownTasks({ tasks }: { readonly tasks: Health['unknownTasks'] }) {
  const names = Object.entries(tasks);
  if (names.length === 0) return null;
  return (
    <div class="notice">
      <Mark state="missed" />
      <div>
        <strong>Jobs wait for tasks that this process does not know</strong>
        <ul>
          {names.map(([name, waiting]) => (
            <li key={name}>
              <a href={`#/jobs?task=${encodeURIComponent(name)}`}>{name}</a>:{' '}
              {counted(waiting, 'job or run', 'jobs and runs')}
            </li>
          ))}
        </ul>
        <p class="small">Define them in a process on the same store, or remove the jobs. Nothing is lost meanwhile.</p>
      </div>
    </div>
  );
}

export function SystemErrors({ events }: { readonly events: readonly LiveEvent[] }) {
  return (
    <section class="card" aria-labelledby="errors">
      <header>
        <h2 id="errors">Errors of the system</h2>
        <span class="muted small">since this page was opened</span>
      </header>
      {events.length === 0 ? (
        <Empty title="None">
          <p>Failures of stores, triggers and listeners appear here as they happen. Those of runs are under Runs.</p>
        </Empty>
      ) : (
        <ul class="attempts">
          {events.map(({ type, at, data }) => (
            <li key={`${at} ${type}`}>
              <p class="attempt-line">
                <Mark state="failed" /> <strong>{type}</strong>
                <span class="muted small">
                  <When at={at} />
                </span>
              </p>
              <p class="small wrap">{textOf(data)}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What an event carries, as text. */
function textOf(data: LiveEvent['data']): string {
  return Object.entries(data)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
