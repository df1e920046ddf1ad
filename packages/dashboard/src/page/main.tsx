// The web page: what the browser starts with.
import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/controls.css';
import './styles/outcomes.css';
import './styles/forms.css';

const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(<p>Schedule</p>, root);
}
