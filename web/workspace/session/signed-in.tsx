import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation, useNavigate } from 'react-router';
import { resetJmap } from '../../api/mail/jmap.ts';
import { onSessionEnded } from '../../api/session-ended.ts';
import { forget, useSession } from '../../api/session.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { ShellSkeleton } from '../shell/shell-skeleton.tsx';
import { EntryCard } from './entry-card.tsx';
import { IdleWarning } from './idle-warning.tsx';
import { SessionContext } from './session-context.ts';

/** Everything behind a sign-in. When the session ends, all that was read leaves memory and screen. */
export function SignedIn() {
  const { t } = useTranslation('ui');
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { pathname } = useLocation();

  const leave = useCallback(() => {
    resetJmap();
    void navigate(`/signed-out?next=${encodeURIComponent(pathname)}`, { replace: true });
    forget(client);
  }, [client, navigate, pathname]);

  useEffect(() => onSessionEnded(() => client.getQueryData(['session']) && leave()), [client, leave]);

  if (session.isPending) return <ShellSkeleton />;
  if (session.isError) {
    return (
      <EntryCard>
        <ErrorNotice message={t('error.unavailable')} onRetry={() => void session.refetch()} />
      </EntryCard>
    );
  }
  if (!session.data) {
    return (
      <Navigate
        to={pathname === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(pathname)}`}
        replace
      />
    );
  }
  return (
    <SessionContext value={session.data}>
      <Outlet />
      {session.data.session && (
        <IdleWarning
          key={session.data.session.sessionId}
          limitSeconds={session.data.session.idleLimitSeconds}
          endsAt={new Date(session.data.session.endsAt)}
          onEnded={leave}
        />
      )}
    </SessionContext>
  );
}
