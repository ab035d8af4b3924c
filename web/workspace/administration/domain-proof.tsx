import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useProveDomain, type DomainView } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { DnsRecord } from './dns-record.tsx';
import recordStyles from './dns-record.module.css';

/** The record that shows whose the domain is; nothing once it was seen. */
export function DomainProof({ domain: { domainId, name, proof } }: { domain: DomainView }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const prove = useProveDomain(domainId);
  if (proof === null) return null;
  return (
    <section className={settingsStyles.section}>
      <h2>{t('domains.proof.title')}</h2>
      <Notice tone="wait">{t('domains.proof.lead')}</Notice>
      <ul className={recordStyles.records}>
        <DnsRecord
          title={t('domains.proof.record')}
          type="TXT"
          name={proof.recordName}
          value={proof.recordValue}
          finding={null}
        />
      </ul>
      <Button
        my="sm"
        loading={prove.isPending}
        onClick={() =>
          prove.mutate(undefined, { onSuccess: () => toast.done(t('domains.proof.done', { name })) })
        }
      >
        {t('domains.proof.look')}
      </Button>
      {prove.isError && <ErrorNotice message={words(failureOf(prove.error))} />}
    </section>
  );
}
