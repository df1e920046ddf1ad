// Dark or light: as the system has it, or as the viewer chose.
import { effect } from '@preact/signals';
import { stored } from './stored.ts';

/** What can be chosen. */
export const THEMES = ['system', 'light', 'dark'] as const;

export const theme = stored('theme', THEMES, 'system');

/** Applies the choice, now and whenever it changes. Called once. */
export function startTheme(): void {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === 'system') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', theme.value);
  });
}
