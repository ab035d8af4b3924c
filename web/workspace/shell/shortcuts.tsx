import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLatest } from '../../ui/use-latest.ts';
import { ShortcutHelp } from '../../ui/shortcut-help.tsx';

const HelpContext = createContext<() => void>(() => {});

/** Opens the list of shortcuts. */
export function useShortcutHelp(): () => void {
  return useContext(HelpContext);
}

/** Owns the help behind `?`. */
export function Shortcuts({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const show = useCallback(() => setOpened(true), []);
  useShortcuts({ '?': show });
  return (
    <HelpContext value={show}>
      {children}
      <ShortcutHelp
        opened={opened}
        onClose={() => setOpened(false)}
        shortcuts={[
          { keys: ['c'], what: t('shortcut.compose') },
          { keys: ['/'], what: t('shortcut.search') },
          { keys: ['j', 'k'], what: t('shortcut.move') },
          { keys: ['r'], what: t('shortcut.reply') },
          { keys: ['a'], what: t('shortcut.replyAll') },
          { keys: ['f'], what: t('shortcut.forward') },
          { keys: ['e'], what: t('shortcut.archive') },
          { keys: ['#'], what: t('shortcut.delete') },
          { keys: ['u'], what: t('shortcut.unread') },
          { keys: ['Ctrl', '↵'], what: t('shortcut.send') },
          { keys: ['Esc'], what: t('shortcut.close') },
          { keys: ['?'], what: t('shortcut.help') },
        ]}
      />
    </HelpContext>
  );
}

/**
 * Single-key shortcuts, silent while a person types or a dialog is open. Keys that are given
 * `undefined` do nothing.
 */
export function useShortcuts(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useLatest(actions);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event)) return;
      const action = latest.current[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [latest]);
}

const keepsKeys =
  'input, textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [aria-modal="true"]';

/** Also true for the Escape that has just closed a dialog: its target is in there, on the page or not. */
function typing(event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return target?.closest(keepsKeys) !== null || document.querySelector('[aria-modal="true"]') !== null;
}
