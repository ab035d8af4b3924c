import { Button, Group, Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCheckDns, useDomainDns, type DomainView } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useWhen } from '../settings/use-when.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { DnsRecord } from './dns-record.tsx';
import recordStyles from './dns-record.module.css';
import { useRecordAdvice } from './use-record-advice.ts';

/** What to publish so that mail comes here and is believed elsewhere, and what the DNS says of it. */
export function DomainRecords({ domain: { domainId, name } }: { domain: DomainView }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const when = useWhen();
  const advise = useRecordAdvice();
  const dns = useDomainDns(domainId);
  const check = useCheckDns(domainId, name);
  if (dns.isPending) return <Skeleton height={200} />;
  if (dns.isError)
    return <ErrorNotice message={words(failureOf(dns.error))} onRetry={() => void dns.refetch()} />;
  const { records, keys, checkedAt } = dns.data;
  const watched = [
    ...records,
    ...keys.filter(({ state }) => state !== 'retired').map(({ record }) => record),
  ];
  const open = watched.filter(({ finding }) => finding !== 'right').length;
  return (
    <section className={settingsStyles.section}>
      <h2>{t('domains.records')}</h2>
      <p className={settingsStyles.lead}>{t('domains.recordsText')}</p>
      <Group justify="space-between" wrap="nowrap">
        <output>
          {checkedAt === null
            ? t('domains.neverChecked')
            : `${open === 0 ? t('domains.allRight') : t('domains.open', { count: open })} ${t('domains.checked', { when: when(checkedAt) })}`}
        </output>
        <Button
          variant="default"
          flex="none"
          loading={check.isPending}
          onClick={() =>
            check.mutate(undefined, { onError: (error) => toast.failed(words(failureOf(error))) })
          }
        >
          {t('domains.check')}
        </Button>
      </Group>
      <ul className={recordStyles.records}>
        {records.map((record) => (
          <DnsRecord
            key={record.purpose}
            title={t(`domains.purpose.${record.purpose}`)}
            type={record.type}
            name={record.name}
            value={record.value}
            finding={record.finding}
            advice={advise(record)}
          />
        ))}
      </ul>
    </section>
  );
}
