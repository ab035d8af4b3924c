import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useMay } from '../session/session-context.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { useTitle } from '../shell/use-title.ts';
import styles from './settings-page.module.css';

/** What a person decides about their own way in. */
export function SettingsPage() {
  const { t } = useTranslation();
  useTitle(t('rail.settings'));
  const { pathname } = useLocation();
  const tabs = useRef<HTMLUListElement>(null);
  // On a phone there are more of them than fit.
  useEffect(() => {
    const current = tabs.current?.querySelector(`a[href="${pathname}"]`);
    current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  const mayKeys = useMay('apikey.manage');
  const mayOwnKeys = useMay('key.own');
  const pages = [
    ['app-passwords', t('settings.appPasswords')],
    ...(mayKeys ? [['api-keys', t('settings.apiKeys')] as const] : []),
    ...(mayOwnKeys ? [['keys', t('settings.keys')] as const] : []),
    ['sessions', t('settings.sessions')],
    ['password', t('settings.password')],
  ] as const;
  return (
    <main>
      <PageHeader title={t('rail.settings')} />
      <nav aria-label={t('rail.settings')}>
        <ul ref={tabs} className={styles.tabs}>
          {pages.map(([path, name]) => (
            <li key={path}>
              <NavLink to={`/settings/${path}`}>{name}</NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.page}>
        <Outlet />
      </div>
    </main>
  );
}
