// The parts of a run: error, log, attempts, result. All of it is text that tasks wrote, and is only ever shown as text.
import { useEffect, useRef } from 'preact/hooks';
import type { Attempt, LogLine } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { timeText } from '../format/time.ts';
import { Mark } from '../parts/mark.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

interface ErrorTextProps {
  readonly error: string;
  /** It is how the run ended; otherwise a later attempt went on. */
  readonly isCurrent: boolean;
}

export function ErrorText({ error, isCurrent }: ErrorTextProps) {
  const [first = '', ...stack] = error.split('\n');
  return (
    <section class="card" aria-labelledby="error">
      <header>
        <h2 id="error">{isCurrent ? 'Error' : 'Error of an earlier attempt'}</h2>
      </header>
      <div class="card-body">
        <p class="error-line wrap">
          <Mark state="failed" /> {first}
        </p>
        {stack.length > 0 && <Code text={stack.join('\n')} />}
      </div>
    </section>
  );
}

function Code({ text }: { readonly text: string }) {
  return (
    <pre class="code" tabIndex={0}>
      {text}
    </pre>
  );
}

interface LogLinesProps {
  readonly log: readonly LogLine[];
  readonly zone: string;
  /** More may come. */
  readonly isOpen: boolean;
}

export function LogLines({ log, zone, isOpen }: LogLinesProps) {
  const ref = useRef<HTMLDivElement>(null);
  // A new line is the reason to scroll to it.
  useEffect(() => {
    const box = ref.current;
    const isNearEnd = box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    if (isOpen && isNearEnd) box.scrollTop = box.scrollHeight;
  }, [log.length, isOpen]);
  const hasAttempts = log.some(({ attempt }) => attempt > 1);
  return (
    <section class="card" aria-labelledby="log">
      <header>
        <h2 id="log">Log</h2>
      </header>
      <div class="card-body">
        {log.length === 0 ? (
          <p class="muted">
            Nothing{isOpen ? ' yet' : ''}. A task writes here with <code>currentRun().log(message)</code>.
          </p>
        ) : (
          <div ref={ref} class="code log" role="log" aria-labelledby="log" tabIndex={0}>
            {log.map(({ at, attempt, message }, index) => (
              <p key={index}>
                <span class="muted">
                  {timeText(Date.parse(at), zone)}
                  {hasAttempts && ` #${attempt}`}
                </span>{' '}
                {message}
              </p>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}

export function Attempts({ attempts, zone }: { readonly attempts: readonly Attempt[]; readonly zone: string }) {
  if (attempts.length === 0) return null;
  return (
    <section class="card" aria-labelledby="attempts">
      <header>
        <h2 id="attempts">Attempts</h2>
      </header>
      <ol class="attempts">
        {attempts.map((attempt) => (
          <AttemptItem key={attempt.number} attempt={attempt} zone={zone} />
        ))}
      </ol>
    </section>
  );
}

function AttemptItem({ attempt, zone }: { readonly attempt: Attempt; readonly zone: string }) {
  const { number, startedAt, finishedAt, outcome, error } = attempt;
  const took =
    startedAt === null || finishedAt === null ? null : durationText(Date.parse(finishedAt) - Date.parse(startedAt));
  return (
    <li>
      <p class="attempt-line">
        <strong>{number}</strong>
        <StateBadge state={outcome ?? 'running'} />
        <span class="muted small">
          {startedAt !== null && timeText(Date.parse(startedAt), zone)}
          {took !== null && ` · ${took}`}
        </span>
      </p>
      {error !== null && (
        <details>
          <summary class="small wrap">{error.split('\n', 1)[0]}</summary>
          <Code text={error} />
        </details>
      )}
    </li>
  );
}

export function Result({ result }: { readonly result: unknown }) {
  return (
    <section class="card" aria-labelledby="result">
      <header>
        <h2 id="result">Result</h2>
      </header>
      <div class="card-body">
        <Code text={JSON.stringify(result, null, 2) ?? 'undefined'} />
      </div>
    </section>
  );
}
