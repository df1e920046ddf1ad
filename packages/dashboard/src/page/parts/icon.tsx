// The icons of the page: one path each, in the colour of the text around them.

const PATHS = {
  timeline: 'M3 5h7M7 10h10M5 15h8M3 2v16',
  jobs: 'M7 5h10M7 10h10M7 15h10M3 5h.01M3 10h.01M3 15h.01',
  runs: 'M10 2.5a7.5 7.5 0 1 0 7.5 7.5M10 6v4l2.5 2M13 2.5l4.5.2-.2 4.5',
  system: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13.2 13.2 17 17',
  play: 'M6 4l10 6-10 6z',
  pause: 'M7 4v12M13 4v12',
  edit: 'M4 16l.8-3.4L13.5 4l2.5 2.5-8.6 8.6zM12 5.5 14.5 8',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  remove: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6',
  retry: 'M16 10a6 6 0 1 1-2-4.5M16.5 3v3.5H13',
  stop: 'M5.5 5.5h9v9h-9z',
  back: 'M16 10H4M9 5l-5 5 5 5',
  plus: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5 5 15',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1 1M14.7 14.7l1 1M4.3 15.7l1-1M14.7 5.3l1-1',
  moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z',
  display: 'M3 4h14v9H3zM7.5 16.5h5M10 13v3.5',
  clock: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l3 2',
} as const;

/** The icons there are. */
export type IconName = keyof typeof PATHS;

/** An icon; what it stands for is said in words beside it or on its button. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
