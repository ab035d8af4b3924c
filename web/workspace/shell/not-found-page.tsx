import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from './page-header.tsx';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main>
      <PageHeader title={t('notFound.title')} />
      <EmptyState
        icon={IconMapOff}
        action={
          <Button component={Link} to="/mail/inbox">
            {t('notFound.button')}
          </Button>
        }
      >
        {t('notFound.text')}
      </EmptyState>
    </main>
  );
}
