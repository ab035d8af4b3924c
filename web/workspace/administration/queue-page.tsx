import { Button, Group, Skeleton } from '@mantine/core';
import { IconPlayerPause, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useQueue } from '../../api/queue.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { PauseDialog, type Pausable } from './pause-dialog.tsx';
import { QueueDestinationRow } from './queue-destination-row.tsx';
import { QueuedList } from './queued-list.tsx';
import { QueuePauseNotice } from './queue-pause-notice.tsx';
import styles from './users-page.module.css';

/** What waits to be sent, and why. */
export function QueuePage() {
  const { t } = useTranslation();
  useTitle(t('rail.queue'));
  const words = useFailureWords();
  const queue = useQueue();
  const [pausing, setPausing] = useState<Pausable | null>(null);
  const [glance] = queue.data?.pages ?? [];
  const destinations = queue.data?.pages.flatMap((page) => page.destinations) ?? [];
  const everything = t('queue.everything');

  return (
    <main>
      <PageHeader title={t('rail.queue')}>
        <Group gap="xs">
          <Button variant="default" onClick={() => setPausing({ scope: 'domain' })}>
            {t('queue.pauseDomain')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconPlayerPause size={17} stroke={1.8} aria-hidden />}
            onClick={() => setPausing({ scope: 'organization', label: everything })}
          >
            {t('queue.pauseAll')}
          </Button>
        </Group>
      </PageHeader>
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        <p>{t('queue.lead')}</p>
        {queue.isPending && <Skeleton height={200} />}
        {queue.isError && (
          <ErrorNotice message={words(failureOf(queue.error))} onRetry={() => void queue.refetch()} />
        )}
        {glance?.pauses.map((pause) => (
          <QueuePauseNotice key={`${pause.scope} ${pause.destination ?? pause.label}`} pause={pause} />
        ))}
        {glance && (
          <p>
            <b>{t('queue.counts', { waiting: glance.waiting, held: glance.held })}</b>
          </p>
        )}
        {glance && destinations.length === 0 && glance.held === 0 && (
          <EmptyState icon={IconSend}>{t('queue.empty')}</EmptyState>
        )}
        {destinations.length > 0 && (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('queue.server')}</th>
                <th scope="col">{t('queue.going')}</th>
                <th scope="col">
                  <span className="said">{t('users.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {destinations.map((each) => (
                <QueueDestinationRow key={each.destination} destination={each} onPause={setPausing} />
              ))}
            </tbody>
          </table>
        )}
        <MoreButton list={queue} />
        {glance && glance.held > 0 && (
          <section>
            <h2>{t('queue.held')}</h2>
            <p>{t('queue.heldText')}</p>
            <QueuedList destination={undefined} />
          </section>
        )}
      </div>
      {pausing && <PauseDialog what={pausing} onClose={() => setPausing(null)} />}
    </main>
  );
}
