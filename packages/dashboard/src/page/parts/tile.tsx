// A figure at a glance.
import type { ComponentChildren } from 'preact';

interface TileProps {
  readonly name: string;
  readonly note: string;
  /** Where it leads. */
  readonly href?: string;
  readonly children: ComponentChildren;
}

export function Tile({ name, note, href, children }: TileProps) {
  return (
    <li class="tile">
      <span class="muted small">{name}</span>
      <strong>{href === undefined ? children : <a href={href}>{children}</a>}</strong>
      <span class="muted small">{note}</span>
    </li>
  );
}
