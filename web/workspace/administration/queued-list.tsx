import { Button, Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useQueued, useRetryDelivery, type QueuedDelivery } from '../../api/queue.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { MoreButton } from '../shell/more-button.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './queued-list.module.css';

/** Messages that wait for one destination, or are held for a person, each with the reason. */
export function QueuedList({ destination }: { destination: string | undefined }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const queued = useQueued(destination);
  const items = queued.data?.pages.flatMap((page) => page.items) ?? [];
  if (queued.isPending) return <Skeleton height={60} />;
  if (queued.isError)
    return <ErrorNotice message={words(failureOf(queued.error))} onRetry={() => void queued.refetch()} />;
  if (items.length === 0) return <p>{t('queue.emptyList')}</p>;
  return (
    <>
      <ul className={styles.list}>
        {items.map((delivery) => (
          <QueuedItem key={delivery.deliveryId} delivery={delivery} />
        ))}
      </ul>
      <MoreButton list={queued} />
    </>
  );
}

function QueuedItem({ delivery }: { delivery: QueuedDelivery }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const retry = useRetryDelivery();
  const { deliveryId, messageId, address, lane, attempts } = delivery;
  return (
    <li className={styles.item}>
      <div>
        <div>{delivery.words}</div>
        <div className={styles.muted}>
          {[address ?? messageId, t(`queue.lane.${lane}`), t('queue.attempts', { count: attempts })].join(
            ' · ',
          )}
        </div>
      </div>
      <Button
        size="xs"
        variant="default"
        loading={retry.isPending}
        aria-label={t('queue.retryOf', { id: messageId })}
        onClick={() =>
          retry.mutate(deliveryId, {
            onSuccess: () => toast.done(t('queue.retried')),
            onError: (error) => toast.failed(words(failureOf(error))),
          })
        }
      >
        {t('queue.retry')}
      </Button>
    </li>
  );
}
