import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.tsx';
import styles from './settings-page.module.css';

/** A secret that is shown once, with what to do with it. */
export function OneTimeSecret({ secret, children }: { secret: string; children: string }) {
  const { t } = useTranslation();
  return (
    <Notice tone="safe" announce="status">
      <p>{children}</p>
      <div className={styles.secret}>
        <code>{secret}</code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            >
              {t(copied ? 'settings.copied' : 'settings.copy')}
            </Button>
          )}
        </CopyButton>
      </div>
    </Notice>
  );
}
