// A job in the list.
import type { JobGlance } from '../../api/types.ts';
import { Cell } from '../parts/long-table.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Strip } from '../parts/strip.tsx';
import { When } from '../parts/when.tsx';
import { jobHref, route, setParams } from '../route.ts';

export function JobRow({ job }: { readonly job: JobGlance }) {
  const { id, name, jobStore, timezone, state, note, taskKnown } = job;
  return (
    <div class="row-cells" role="presentation">
      <Cell kind="job">
        <a class="row-link cut" data-row href={jobHref(id, jobStore)} title={id}>
          {id}
        </a>
        <span class="row-sub">
          {name !== id && <span class="muted small cut">{name}</span>}
          {job.tags.map((tag) => (
            <TagButton key={tag} tag={tag} />
          ))}
        </span>
      </Cell>
      <Cell kind="trigger">
        <span class="clamp" title={job.explain ?? job.triggerText}>
          {job.explain ?? job.triggerText}
        </span>
      </Cell>
      <Cell kind="next">
        <Label text="Next" />
        <Stacked at={job.nextRunTime} zone={timezone} />
      </Cell>
      <Cell kind="last">
        <Label text="Last" />
        <Stacked at={job.lastRunTime} zone={timezone} />
      </Cell>
      <Cell kind="strip">
        <Strip runs={job.recent ?? []} zone={timezone} />
      </Cell>
      <Cell kind="state">
        <StateBadge state={state} />
        {note !== null && (
          <span class="muted small cut" title={note}>
            {note}
          </span>
        )}
        {!taskKnown && <span class="muted small cut">task unknown here</span>}
      </Cell>
    </div>
  );
}

/** What the heading of the column says, where there is no room for headings. */
function Label({ text }: { readonly text: string }) {
  return (
    <span class="cell-label" aria-hidden="true">
      {text}
    </span>
  );
}

function Stacked({ at, zone }: { readonly at: string | null; readonly zone: string | null }) {
  if (at === null) return <span class="muted">–</span>;
  return (
    <>
      <When at={at} zone={zone} show="relative" />
      <span class="muted small cut">
        <When at={at} zone={zone} show="clock" />
      </span>
    </>
  );
}

function TagButton({ tag }: { readonly tag: string }) {
  const add = () => {
    const tags = route.value.params.getAll('tag');
    if (!tags.includes(tag)) setParams({ tag: [...tags, tag] });
  };
  return (
    <button type="button" class="tag cut" title={`Only jobs tagged ${tag}`} onClick={add}>
      {tag}
    </button>
  );
}
