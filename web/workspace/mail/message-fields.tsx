import { useTranslation } from 'react-i18next';
import type { Email, EmailAddress } from '../../api/jmap/types.ts';
import { fullTime } from '../../ui/format-time.ts';
import styles from './reading-pane.module.css';

/** The header fields that people ask about. Bcc is there only on one's own. */
export function MessageFields({ email }: { email: Email }) {
  const { t, i18n } = useTranslation();
  const people: [string, EmailAddress[] | null][] = [
    [t('field.from'), email.from],
    [t('field.to'), email.to],
    [t('field.cc'), email.cc],
    [t('field.bcc'), email.bcc],
    [t('field.replyTo'), email.replyTo],
  ];
  return (
    <dl className={styles.fields}>
      {people.map(
        ([label, list]) =>
          list &&
          list.length > 0 && (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{list.map(full).join(', ')}</dd>
            </div>
          ),
      )}
      <dt>{t('field.date')}</dt>
      <dd>{fullTime(new Date(email.sentAt ?? email.receivedAt), i18n.language)}</dd>
    </dl>
  );
}

function full({ name, email }: EmailAddress): string {
  return name ? `${name} <${email}>` : email;
}
