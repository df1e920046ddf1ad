// The bar: where one can go, whether news arrive, and how times and colours are shown.
import { liveState } from '../data/live.ts';
import { session } from '../data/session.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/field.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { route, type View } from '../route.ts';
import { THEMES, theme } from '../settings/theme.ts';
import { VIEWER_ZONE, zoneChoice } from '../settings/zone.ts';

interface Place {
  readonly href: string;
  readonly text: string;
  readonly icon: IconName;
  readonly views: readonly View[];
}

const PLACES: readonly Place[] = [
  { href: '#/', text: 'Timeline', icon: 'timeline', views: ['timeline'] },
  { href: '#/jobs', text: 'Jobs', icon: 'jobs', views: ['jobs', 'job'] },
  { href: '#/runs', text: 'Runs', icon: 'runs', views: ['runs', 'run'] },
  { href: '#/system', text: 'System', icon: 'system', views: ['system'] },
];

export function Bar() {
  return (
    <header class="bar">
      <div class="bar-inner">
        <a class="brand" href="#/" aria-label={session.value?.title ?? 'Schedule'}>
          <Logo />
          <span>{session.value?.title ?? 'Schedule'}</span>
        </a>
        <nav class="nav" aria-label="Views">
          <ul>
            {PLACES.map(({ href, text, icon, views }) => (
              <li key={href}>
                <a href={href} aria-current={views.includes(route.value.view) ? 'page' : undefined}>
                  <Icon name={icon} />
                  {text}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="bar-end">
          {session.value?.readOnly === true && <span class="read-only">read only</span>}
          <Live />
          <ZoneSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M7 11h9M7 16h15M7 21h6" stroke="var(--on-accent)" stroke-width="2.6" stroke-linecap="round" />
      <circle cx="21" cy="11" r="2.4" fill="var(--on-accent)" opacity="0.7" />
      <circle cx="18" cy="21" r="2.4" fill="var(--on-accent)" opacity="0.7" />
    </svg>
  );
}

const LIVE = {
  connecting: ['Connecting', 'Connecting to the live events.'],
  open: ['Live', 'What happens is shown as it happens.'],
  lost: ['Not live', 'The live events are interrupted; the page asks for news every few seconds instead.'],
} as const;

function Live() {
  const [word, hint] = LIVE[liveState.value];
  return (
    <span class={`live is-${liveState.value}`} title={hint} role="status">
      <span>{word}</span>
    </span>
  );
}

function ZoneSwitch() {
  return (
    <Choice
      label="Times are shown in"
      isQuiet
      value={zoneChoice.value}
      words={[
        ['viewer', `Local (${VIEWER_ZONE})`],
        ['job', 'Zone of the job'],
        ['utc', 'UTC'],
      ]}
      onChange={(word) => {
        zoneChoice.value = word;
      }}
    />
  );
}

const THEME_ICONS = { system: 'display', light: 'sun', dark: 'moon' } as const;

function ThemeSwitch() {
  const { value } = theme;
  const next = THEMES[(THEMES.indexOf(value) + 1) % THEMES.length] ?? 'system';
  return (
    <Button
      icon={THEME_ICONS[value]}
      kind="plain"
      name={`Colours: ${value}. Change to ${next}`}
      onClick={() => {
        theme.value = next;
      }}
    />
  );
}
