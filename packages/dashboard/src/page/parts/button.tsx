// Buttons: with words, or with an icon and a name for those who do not see it.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  readonly children?: ComponentChildren;
  readonly icon?: IconName;
  /** What a button says that shows its icon only. */
  readonly name?: string;
  readonly kind?: 'primary' | 'danger' | 'plain';
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
  readonly onClick?: () => void;
}

export function Button({ children, icon, name, kind, disabled = false, type = 'button', onClick }: ButtonProps) {
  const classes = ['button', kind === undefined ? '' : `is-${kind}`, children === undefined ? 'is-icon' : ''];
  return (
    <button
      type={type}
      class={classes.filter((part) => part !== '').join(' ')}
      disabled={disabled}
      aria-label={name}
      title={name}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}
