import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '../../api/audit.ts';
import { fullTime, sentenceTime } from '../../ui/format-time.ts';
import { Tag } from '../../ui/tag.tsx';
import styles from './audit-page.module.css';
import { useAuditWords } from './use-audit-words.ts';

interface AuditEntryProps {
  event: AuditEventView;
  /** Names of users by id. */
  names: ReadonlyMap<string, string>;
  now: Date;
}

/** One entry: who did what, and on a click everything that is recorded of it. */
export function AuditEntry({ event, names, now }: AuditEntryProps) {
  const { t, i18n } = useTranslation();
  const { actorOf, happening } = useAuditWords(names);
  const at = event.at === null ? null : new Date(event.at);
  const facts: [string, string][] = [
    [t('audit.at'), at ? fullTime(at, i18n.language) : '?'],
    [t('audit.kind'), event.kind ?? '?'],
    ...(event.subject
      ? ([[t('audit.subject'), `${event.subject.type} ${event.subject.id}`]] as [string, string][])
      : []),
    ...(event.ip ? ([[t('audit.ip'), event.ip]] as [string, string][]) : []),
    ...Object.entries(event.fields).map(([name, value]): [string, string] => [name, shown(value)]),
  ];
  return (
    <details className={styles.entry}>
      <summary>
        <span className={styles.when}>{at ? sentenceTime(at, now, i18n.language) : '?'}</span>
        <span>
          <b>{actorOf(event)}</b> {happening(event)}{' '}
          {!event.intact && <Tag tone="risk">{t('audit.notIntact')}</Tag>}
        </span>
        <span className={styles.number}>{t('audit.number', { number: event.sequence })}</span>
      </summary>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function shown(value: AuditEventView['fields'][string]): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
