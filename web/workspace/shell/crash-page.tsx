import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { EntryCard } from '../session/entry-card.tsx';

/** A fault of ours on the page. What was saved is saved; a fresh page helps most times. */
export function CrashPage() {
  const { t } = useTranslation();
  return (
    <EntryCard>
      <h1>{t('crash.title')}</h1>
      <p>{t('crash.text')}</p>
      <Button size="md" fullWidth onClick={() => window.location.assign('/')}>
        {t('crash.button')}
      </Button>
    </EntryCard>
  );
}
