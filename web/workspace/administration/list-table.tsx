import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import styles from './users-page.module.css';

/** What is known of a list that is asked for. */
interface Asked {
  readonly isPending: boolean;
  readonly error: Error | null;
  refetch(): Promise<unknown>;
}

interface ListTableProps {
  readonly list: Asked;
  /** What stands over each column but the last, which holds what can be done. */
  readonly columns: readonly string[];
  /** Shown instead of a table without rows. */
  readonly empty?: ReactNode;
  /** One row each. */
  readonly children: readonly ReactNode[];
}

/** A list as a table: while it comes, why it could not be had, or that there is nothing in it. */
export function ListTable({ list, columns, empty, children }: ListTableProps) {
  const { t } = useTranslation();
  const words = useFailureWords();
  if (list.isPending) return <Skeleton height={200} />;
  return (
    <>
      {list.error && (
        <ErrorNotice message={words(failureOf(list.error))} onRetry={() => void list.refetch()} />
      )}
      {children.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <th scope="col">
                <span className="said">{t('users.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      )}
      {children.length === 0 && !list.error && empty}
    </>
  );
}
