import { Select, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  useChangeTransport,
  useTransport,
  type StsMode,
  type TransportView,
  type WantedRecord,
} from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { DnsRecord } from './dns-record.tsx';
import recordStyles from './dns-record.module.css';

const findings = {
  right: 'right',
  other: 'different',
  missing: 'missing',
  unknown: 'unavailable',
} as const satisfies Record<TransportView['policyRecord']['found'], WantedRecord['finding']>;

const modes = ['none', 'testing', 'enforce'] as const satisfies readonly StsMode[];

/** What other servers are told of reaching the domain over a secure connection (MTA-STS, TLS-RPT). */
export function DomainTransport({ name }: { name: string }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const transport = useTransport(name);
  return (
    <section className={settingsStyles.section}>
      <h2>{t('domains.transport.title')}</h2>
      <p className={settingsStyles.lead}>{t('domains.transport.lead')}</p>
      {transport.isPending && <Skeleton height={120} />}
      {transport.isError && (
        <ErrorNotice message={words(failureOf(transport.error))} onRetry={() => void transport.refetch()} />
      )}
      {transport.data && <Transport view={transport.data} />}
    </section>
  );
}

function Transport({ view: { domain, policy, policyRecord, reportRecord, mx } }: { view: TransportView }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const change = useChangeTransport(domain);
  const [refused, setRefused] = useState<string | null>(null);
  const choose = (mode: string | null) => {
    const chosen = modes.find((known) => known === mode);
    if (chosen === undefined) return;
    setRefused(null);
    change.mutate(
      { mode: chosen, maxAge: policy.maxAge },
      {
        onSuccess: () => toast.done(t('domains.transport.saved')),
        onError: (error) => setRefused(words(failureOf(error))),
      },
    );
  };
  return (
    <>
      <Select
        label={t('domains.transport.mode')}
        description={t(`domains.transport.means.${policy.mode}`)}
        data={modes.map((value) => ({ value, label: t(`domains.transport.is.${value}`) }))}
        value={policy.mode}
        allowDeselect={false}
        disabled={change.isPending}
        maw={420}
        mb="sm"
        onChange={choose}
      />
      {refused !== null && <ErrorNotice message={refused} />}
      {policy.served !== 'right' && (
        <Notice tone="wait">
          {t(`domains.transport.served.${policy.served}`, { url: policy.url, domain })}
        </Notice>
      )}
      {mx === 'not-named' && <Notice tone="wait">{t('domains.transport.mx')}</Notice>}
      <ul className={recordStyles.records}>
        {(
          [
            ['policyRecord', policyRecord],
            ['reportRecord', reportRecord],
          ] as const
        ).map(([which, { name, value, found }]) => (
          <DnsRecord
            key={which}
            title={t(`domains.transport.${which}`)}
            type="TXT"
            name={name}
            value={value}
            finding={findings[found]}
            advice={found === 'right' ? undefined : t(`domains.transport.advice.${found}`)}
          />
        ))}
      </ul>
    </>
  );
}
