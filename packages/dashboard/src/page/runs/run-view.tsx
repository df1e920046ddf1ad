// A run: when it was due and when it ran, how it ended and why, and what it said.
import { useState } from 'preact/hooks';
import type { RunDetail } from '../../api/types.ts';
import { currentSecond } from '../clock.ts';
import { ask } from '../data/api.ts';
import type { LiveNews } from '../data/live.ts';
import { runPath } from '../data/paths.ts';
import { useResource } from '../data/resource.ts';
import { may } from '../data/session.ts';
import { durationText, isLate } from '../format/duration.ts';
import { shortTime } from '../format/time.ts';
import { isBad, reasonText, STATE_HINTS } from '../format/words.ts';
import { Button } from '../parts/button.tsx';
import { Head } from '../parts/head.tsx';
import { Loading, ProblemNotice } from '../parts/notice.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { attempt } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { jobHref } from '../route.ts';
import { shownZone } from '../settings/zone.ts';
import { Attempts, ErrorText, LogLines, Result } from './run-parts.tsx';

export function RunView({ id }: { readonly id: string }) {
  const on = (news: LiveNews) => news.type === 'reset' || ('runId' in news && news.runId === id);
  const run = useResource(`run ${id}`, (signal) => ask<RunDetail>(runPath(id), { signal }), { on });
  const { data } = run;
  const zone = shownZone();
  return (
    <>
      <Head
        title={data === null ? 'Run' : `Run of ${shortTime(Date.parse(data.fireTime), zone, currentSecond.peek())}`}
        tab={data === null ? 'Run' : `Run of ${data.jobId}`}
        crumb={data !== null && <a href={jobHref(data.jobId, data.jobStore)}>{data.jobId}</a>}
        badge={data !== null && <StateBadge state={data.state} />}
        lead={data !== null && <p>{STATE_HINTS[data.state]}</p>}
      >
        {data !== null && <Actions run={data} onChange={run.set} />}
      </Head>
      {run.error !== null && (
        <ProblemNotice what="The run could not be loaded." error={run.error} onRetry={run.reload} />
      )}
      {run.isLoading && <Loading what="the run" />}
      {data !== null && (
        <div class="columns">
          <div class="stack">
            {data.state === 'running' && <Progress run={data} />}
            {data.error !== null && <ErrorText error={data.error} isCurrent={isBad(data.state)} />}
            <LogLines log={data.log} zone={zone} isOpen={data.finishedAt === null} />
            {'result' in data && <Result result={data.result} />}
          </div>
          <div class="stack">
            <Times run={data} />
            <Attempts attempts={data.attempts} zone={zone} />
          </div>
        </div>
      )}
    </>
  );
}

function Actions({ run, onChange }: { readonly run: RunDetail; readonly onChange: (run: RunDetail) => void }) {
  const [isBusy, setBusy] = useState(false);
  const post = async (verb: 'cancel' | 'retry', done: string) => {
    setBusy(true);
    const path = runPath(run.id, `/${verb}`);
    const answer = await attempt(
      () => ask<RunDetail>(path, { method: 'POST', body: {} }),
      () => done,
    );
    if (answer !== null) onChange(answer.value);
    setBusy(false);
  };
  return (
    <>
      {may('cancel') && run.canCancel && (
        <Button icon="stop" disabled={isBusy} onClick={() => void post('cancel', 'It was asked to end.')}>
          Cancel
        </Button>
      )}
      {may('retry') && run.canRetry && (
        <Button icon="retry" kind="primary" disabled={isBusy} onClick={() => void post('retry', 'It is tried again.')}>
          Retry
        </Button>
      )}
    </>
  );
}

function Progress({ run: { progress } }: { readonly run: RunDetail }) {
  if (progress === null) return null;
  const percent = Math.round(progress.fraction * 100);
  return (
    <section class="card card-body" aria-label="Progress">
      <p class="progress-line">
        <span class="wrap">{progress.text ?? 'Progress'}</span>
        <strong>{percent} %</strong>
      </p>
      <progress class="meter" max="100" value={percent} aria-label="Progress" />
    </section>
  );
}

function Times({ run }: { readonly run: RunDetail }) {
  const { fireTime, startedAt, finishedAt, lateMs, durationMs, coalesced } = run;
  return (
    <section class="card" aria-labelledby="times">
      <header>
        <h2 id="times">Times</h2>
      </header>
      <dl class="facts card-body">
        <dt>Due</dt>
        <dd>
          <When at={fireTime} show="full" />
        </dd>
        <dt>Started</dt>
        <dd>
          <When at={startedAt} show="full" />
          {isLate(lateMs) && <strong class="is-missed"> {durationText(lateMs)} late</strong>}
        </dd>
        <dt>Ended</dt>
        <dd>
          <When at={finishedAt} show="full" />
        </dd>
        <dt>Took</dt>
        <dd>{durationMs === null ? <span class="muted">–</span> : durationText(durationMs)}</dd>
        <dt>Because of</dt>
        <dd>{reasonText(run.reason)}</dd>
        {coalesced > 0 && <dt>Stands for</dt>}
        {coalesced > 0 && <dd>{coalesced} earlier fire times besides its own</dd>}
        <dt>Task</dt>
        <dd>{run.task}</dd>
        <dt>Executor</dt>
        <dd>{run.executor}</dd>
        <dt>Process</dt>
        <dd>{run.owner ?? <span class="muted">–</span>}</dd>
        <dt>Id</dt>
        <dd>
          <code>{run.id}</code>
        </dd>
      </dl>
    </section>
  );
}
