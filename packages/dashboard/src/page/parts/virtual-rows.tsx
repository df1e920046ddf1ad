// A long list of rows of one height: only those in sight, and a few around them, are in the document.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualRowsProps<Item> {
  readonly items: readonly Item[];
  /** Height of a row in pixels. */
  readonly rowHeight: number;
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item, index: number) => ComponentChildren;
  /** Called when the end comes near. */
  readonly onEnd: () => void;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

const AROUND = 8;
/** So many rows before the end the next part is asked for. */
const END_ROWS = 30;

export function VirtualRows<Item>({ items, rowHeight, keyOf, row, onEnd }: VirtualRowsProps<Item>) {
  const ref = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<Range>({ first: 0, last: 30 });
  const look = () => {
    if (ref.current === null) return;
    const { top } = ref.current.getBoundingClientRect();
    const first = Math.max(0, Math.floor(-top / rowHeight) - AROUND);
    const last = Math.ceil((innerHeight - top) / rowHeight) + AROUND;
    setRange((before) => (before.first === first && before.last === last ? before : { first, last }));
  };
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const onMove = () => latest.current();
    addEventListener('scroll', onMove, { passive: true });
    addEventListener('resize', onMove, { passive: true });
    return () => {
      removeEventListener('scroll', onMove);
      removeEventListener('resize', onMove);
    };
  }, []);
  useLayoutEffect(look, [items.length, rowHeight]);
  useEffect(() => {
    if (range.last + END_ROWS >= items.length) onEnd();
  }, [range.last, items.length, onEnd]);

  const shown = items.slice(range.first, range.last);
  return (
    <div ref={ref} class="rows" role="rowgroup" style={{ height: `${items.length * rowHeight}px` }}>
      {shown.map((item, at) => (
        <div
          key={keyOf(item)}
          class="row"
          role="row"
          tabIndex={-1}
          aria-rowindex={range.first + at + 2}
          style={{ transform: `translateY(${(range.first + at) * rowHeight}px)`, height: `${rowHeight}px` }}
        >
          {row(item, range.first + at)}
        </div>
      ))}
    </div>
  );
}
