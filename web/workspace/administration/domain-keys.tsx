import { Button, Group } from '@mantine/core';
import { IconCertificate } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDomainDns, useRotateDkim } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { DkimKey } from './dkim-key.tsx';
import recordStyles from './dns-record.module.css';

/** The keys that sign the mail of a domain: the first pair, the next one, and the end of each. */
export function DomainKeys({ domainId }: { domainId: string }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const dns = useDomainDns(domainId);
  const rotate = useRotateDkim(domainId);
  const [asking, setAsking] = useState(false);
  if (dns.data === undefined) return null; // the records above it say why
  const { keys, signs } = dns.data;
  const waits = keys.some(({ state }) => state === 'waiting');
  const make = () =>
    rotate.mutate(undefined, {
      onSuccess: () => toast.done(t('domains.keys.made')),
      onError: (error) => toast.failed(words(failureOf(error))),
      onSettled: () => setAsking(false),
    });
  return (
    <section className={settingsStyles.section}>
      <h2>{t('domains.keys.title')}</h2>
      <p className={settingsStyles.lead}>
        {t(signs ? 'domains.keys.signs' : waits ? 'domains.keys.waits' : 'domains.keys.signsNot')}
      </p>
      {keys.length === 0 ? (
        <EmptyState
          icon={IconCertificate}
          action={
            <Button loading={rotate.isPending} onClick={make}>
              {t('domains.keys.create')}
            </Button>
          }
        >
          {t('domains.keys.none')}
        </EmptyState>
      ) : (
        <>
          <Group>
            <Button variant="default" disabled={waits} onClick={() => setAsking(true)}>
              {t('domains.keys.rotate')}
            </Button>
            {waits && <span>{t('domains.keys.rotateWaits')}</span>}
          </Group>
          <ul className={recordStyles.records}>
            {keys.map((item) => (
              <DkimKey key={item.keyId} domainId={domainId} item={item} />
            ))}
          </ul>
        </>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('domains.keys.rotateTitle')}
        confirm={t('domains.keys.rotate')}
        busy={rotate.isPending}
        onConfirm={make}
        onClose={() => setAsking(false)}
      >
        {t('domains.keys.rotateText')}
      </ConfirmDialog>
    </section>
  );
}
