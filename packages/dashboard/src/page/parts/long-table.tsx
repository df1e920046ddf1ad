// A long list as a table of which only the rows in sight are in the document.
import type { ComponentChildren } from 'preact';
import type { PagedList } from '../data/paged.ts';
import { isNarrow } from './media.ts';
import { VirtualRows } from './virtual-rows.tsx';

interface LongTableProps<Item> {
  readonly name: string;
  /** Class that lays out its columns. */
  readonly kind: string;
  readonly columns: readonly string[];
  readonly list: PagedList<Item>;
  /** Height of a row in pixels, and on a phone. */
  readonly rowPx: { readonly wide: number; readonly narrow: number };
  readonly keyOf: (item: Item) => string;
  /** The cells of a row. */
  readonly row: (item: Item) => ComponentChildren;
}

export function LongTable<Item>({ name, kind, columns, list, rowPx, keyOf, row }: LongTableProps<Item>) {
  const { items, hasMore, isLoading, more } = list;
  return (
    <div class={`card ${kind}`} role="table" aria-label={name} aria-rowcount={hasMore ? -1 : items.length + 1}>
      <div class="row-head" role="rowgroup">
        <div class="row-cells" role="row" aria-rowindex={1}>
          {columns.map((text) => (
            <span key={text} role="columnheader">
              {text}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        items={items}
        rowHeight={isNarrow.value ? rowPx.narrow : rowPx.wide}
        keyOf={keyOf}
        row={row}
        onEnd={more}
      />
      {isLoading && <p class="more muted small">Loading more…</p>}
    </div>
  );
}

/** A cell of a row; `kind` names its column. */
export function Cell({ kind, children }: { readonly kind: string; readonly children: ComponentChildren }) {
  return (
    <div class={`cell is-${kind}-cell`} role="cell">
      {children}
    </div>
  );
}
