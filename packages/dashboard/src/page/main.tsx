// The web page: what the browser starts with.
import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/controls.css';
import './styles/outcomes.css';
import './styles/forms.css';
import './styles/lists.css';
import './styles/details.css';
import './styles/timeline.css';
import { startClock } from './clock.ts';
import { openLive } from './data/live.ts';
import { startRouting } from './route.ts';
import { startTheme } from './settings/theme.ts';
import { startAnnouncing } from './shell/announcer.tsx';
import { Shell } from './shell/shell.tsx';
import { startShortcuts } from './shell/shortcuts.tsx';

const root = document.getElementById('page');
if (root !== null) {
  startTheme();
  startClock();
  startRouting();
  startShortcuts();
  startAnnouncing();
  openLive();
  root.replaceChildren();
  render(<Shell />, root);
}
