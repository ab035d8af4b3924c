import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './settings-page.module.css';

interface SecretListProps<T> {
  list: UseQueryResult<{ items: T[] }>;
  idOf: (item: T) => string;
  nameOf: (item: T) => string;
  describe: (item: T) => ReactNode;
  /** One sentence for when there is none yet. */
  empty: string;
  revoke: {
    mutate: (id: string, options: { onSuccess: () => void; onError: (error: unknown) => void }) => void;
    isPending: boolean;
  };
  warning: string;
  done: string;
}

/** Secrets by name, each with the way to revoke it, after a plain warning. */
export function SecretList<T>({
  list,
  idOf,
  nameOf,
  describe,
  empty,
  revoke,
  warning,
  done,
}: SecretListProps<T>) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const [asking, setAsking] = useState<T | null>(null);

  if (list.isPending) return <Skeleton height={60} />;
  if (list.isError)
    return <ErrorNotice message={words(failureOf(list.error))} onRetry={() => void list.refetch()} />;
  if (list.data.items.length === 0) return <EmptyState icon={IconKey}>{empty}</EmptyState>;
  const confirm = () => {
    if (!asking) return;
    revoke.mutate(idOf(asking), {
      onSuccess: () => {
        setAsking(null);
        toast.done(done);
      },
      onError: (error) => toast.failed(words(failureOf(error))),
    });
  };
  return (
    <>
      <ul className={styles.items}>
        {list.data.items.map((item) => (
          <li key={idOf(item)} className={styles.item}>
            <div className={styles.what}>
              <b>{nameOf(item)}</b>
              <span>{describe(item)}</span>
            </div>
            <Button
              variant="default"
              size="xs"
              onClick={() => setAsking(item)}
              aria-label={`${t('settings.revoke')}: ${nameOf(item)}`}
            >
              {t('settings.revoke')}
            </Button>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        opened={asking !== null}
        title={t('settings.revokeTitle', { name: asking ? nameOf(asking) : '' })}
        confirm={t('settings.revoke')}
        danger
        busy={revoke.isPending}
        onConfirm={confirm}
        onClose={() => setAsking(null)}
      >
        {warning}
      </ConfirmDialog>
    </>
  );
}
