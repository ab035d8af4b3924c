import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import styles from './shortcut-help.module.css';

export interface Shortcut {
  keys: readonly string[];
  what: string;
}

/** The list behind `?`. */
export function ShortcutHelp({
  opened,
  onClose,
  shortcuts,
}: {
  opened: boolean;
  onClose: () => void;
  shortcuts: readonly Shortcut[];
}) {
  const { t } = useTranslation('ui');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('shortcuts.close') }}
    >
      <dl className={styles.list}>
        {shortcuts.map((shortcut) => (
          <div key={shortcut.what} style={{ display: 'contents' }}>
            <dt>
              {shortcut.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{shortcut.what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
