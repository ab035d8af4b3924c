import { Button, Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useEndSession, useSessions, useSignOutEverywhere } from '../../api/credentials.ts';
import { failureOf } from '../../api/failure.ts';
import { forget } from '../../api/session.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { describeBrowser } from './describe-browser.ts';
import styles from './settings-page.module.css';
import { useWhen } from './use-when.ts';

/** Where one is signed in, and how to end it. */
export function Sessions() {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const when = useWhen();
  const navigate = useNavigate();
  const client = useQueryClient();
  const sessions = useSessions();
  const end = useEndSession();
  const endAll = useSignOutEverywhere();
  const failed = (error: unknown) => toast.failed(words(failureOf(error)));
  const leaveAll = () =>
    endAll.mutate(undefined, {
      onSuccess: () => {
        void navigate('/signed-out?why=chosen', { replace: true });
        forget(client);
      },
      onError: failed,
    });

  return (
    <>
      <p className={styles.lead}>{t('sessions.lead')}</p>
      {sessions.isPending && <Skeleton height={60} />}
      {sessions.isError && (
        <ErrorNotice message={words(failureOf(sessions.error))} onRetry={() => void sessions.refetch()} />
      )}
      {sessions.data && (
        <ul className={styles.items}>
          {sessions.data.items.map((session) => {
            const browser = describeBrowser(session.userAgent);
            const name = browser ? t('sessions.browser', browser) : t('sessions.unknownBrowser');
            return (
              <li key={session.sessionId} className={styles.item}>
                <div className={styles.what}>
                  <b>{name}</b>
                  <span>
                    {t('sessions.from', {
                      ip: session.ip,
                      since: when(session.startedAt),
                      seen: when(session.lastSeenAt),
                    })}
                  </span>
                </div>
                {session.current ? (
                  <Tag tone="safe">{t('sessions.current')}</Tag>
                ) : (
                  <Button
                    variant="default"
                    size="xs"
                    onClick={() =>
                      end.mutate(session.sessionId, {
                        onSuccess: () => toast.done(t('sessions.ended')),
                        onError: failed,
                      })
                    }
                    aria-label={`${t('sessions.end')}: ${name}`}
                  >
                    {t('sessions.end')}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <Button variant="default" mt="md" loading={endAll.isPending} onClick={leaveAll}>
        {t('sessions.endAll')}
      </Button>
    </>
  );
}
