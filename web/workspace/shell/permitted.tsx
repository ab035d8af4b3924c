import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet } from 'react-router';
import type { Permission } from '#contract/permissions.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useMay } from '../session/session-context.ts';
import { PageHeader } from './page-header.tsx';

/** The pages below it, for those who may; the others are told, and shown the way back. */
export function Permitted({ permission }: { permission: Permission }) {
  const { t } = useTranslation(['workspace', 'ui']);
  if (useMay(permission)) return <Outlet />;
  return (
    <main>
      <PageHeader title={t('notPermitted')} />
      <EmptyState
        icon={IconLock}
        action={
          <Button component={Link} to="/mail/inbox">
            {t('notFound.button')}
          </Button>
        }
      >
        {t('ui:error.forbidden')}
      </EmptyState>
    </main>
  );
}
