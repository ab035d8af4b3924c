import { useTranslation } from 'react-i18next';
import type { TlsReportView } from '../../api/tls-reports.ts';
import { Tag } from '../../ui/tag.tsx';
import rowStyles from './tls-report-row.module.css';
import styles from './users-page.module.css';

/** One sender's day with one domain of ours. */
export function TlsReportRow({ report }: { report: TlsReportView }) {
  const { t, i18n } = useTranslation();
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeZone: 'UTC' });
  return (
    <tr>
      <td>
        <b>{report.submitter || t('reach.unnamed')}</b>
        <div className={styles.muted}>
          {t('reach.about', { domain: report.domain, day: day.format(new Date(report.from)) })}
        </div>
      </td>
      <td className={rowStyles.saw}>
        {t('reach.counts', { succeeded: report.succeeded, failed: report.failed })}
        {wordsOf(report).map((words) => (
          <div key={words} className={styles.muted}>
            {words}
          </div>
        ))}
      </td>
      <td>
        <Tag tone={report.failed === 0 ? 'safe' : 'risk'}>
          {t(report.failed === 0 ? 'reach.fine' : 'reach.failed')}
        </Tag>
      </td>
    </tr>
  );
}

/** Each reason once, with the servers that it is about. */
function wordsOf({ failures }: TlsReportView): string[] {
  const servers = new Map<string, Set<string>>();
  for (const { words, server } of failures) {
    const named = servers.get(words) ?? new Set();
    if (server !== null) named.add(server);
    servers.set(words, named);
  }
  return [...servers].map(([words, named]) =>
    named.size === 0 ? words : `${words} (${[...named].join(', ')})`,
  );
}
