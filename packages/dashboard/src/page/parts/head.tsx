// The head of a view: its title, which takes the focus when the view is entered, and what can be done.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { session } from '../data/session.ts';

interface HeadProps {
  readonly title: string;
  /** What the browser's tab says, where the title is too long. @default the title */
  readonly tab?: string;
  readonly crumb?: ComponentChildren;
  readonly badge?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** The first view is where the document begins: only what comes after it takes the focus. */
let isFirst = true;

export function Head({ title, tab = title, crumb, badge, lead, children }: HeadProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  const site = session.value?.title ?? 'Schedule';
  useEffect(() => {
    document.title = `${tab} · ${site}`;
  }, [tab, site]);
  useEffect(() => {
    if (!isFirst) ref.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <div class="head">
      <div class="head-text">
        {crumb !== undefined && <p class="crumb">{crumb}</p>}
        <div class="head-title">
          <h1 ref={ref} tabIndex={-1}>
            {title}
          </h1>
          {badge}
        </div>
        {lead !== undefined && <div class="lead">{lead}</div>}
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </div>
  );
}
