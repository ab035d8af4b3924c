import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useForceDkimKey, useRevokeDkimKey, type DkimKeyView } from '../../api/domains.ts';
import { failureOf } from '../../api/failure.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import type { Tone } from '../../ui/protection.ts';
import { Tag } from '../../ui/tag.tsx';
import { useWhen } from '../settings/use-when.ts';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import { Finding, RecordParts } from './dns-record.tsx';
import recordStyles from './dns-record.module.css';
import { useRecordAdvice } from './use-record-advice.ts';

const tones: Record<DkimKeyView['state'], Tone> = {
  waiting: 'wait',
  signing: 'safe',
  retiring: 'plain',
  retired: 'plain',
  revoked: 'risk',
};

/** One signing key: what it does, since when, what to publish for it, and the ways to end its waiting or its life. */
export function DkimKey({ domainId, item }: { domainId: string; item: DkimKeyView }) {
  const { t } = useTranslation();
  const when = useWhen();
  const words = useFailureWords();
  const toast = useToast();
  const force = useForceDkimKey(domainId);
  const revoke = useRevokeDkimKey(domainId);
  const [asking, setAsking] = useState<'force' | 'revoke' | null>(null);
  const { keyId, selector, algorithm, state, stateSince, keepUntil, record } = item;
  const advice = useRecordAdvice()(record);
  const apply = (what: 'force' | 'revoke') =>
    (what === 'force' ? force : revoke).mutate(keyId, {
      onSuccess: () => toast.done(t(`domains.keys.${what}Done`, { selector })),
      onError: (error) => toast.failed(words(failureOf(error))),
      onSettled: () => setAsking(null),
    });
  return (
    <>
      <li className={recordStyles.record}>
        <div className={recordStyles.head}>
          <h3>{selector}</h3>
          <Tag tone={tones[state]}>{t(`domains.keys.is.${state}`)}</Tag>
          {state !== 'retired' && <Finding finding={record.finding} />}
          <Group gap="xs" ml="auto">
            {state === 'waiting' && (
              <Button size="xs" variant="subtle" onClick={() => setAsking('force')}>
                {t('domains.keys.force')}
              </Button>
            )}
            {state !== 'revoked' && (
              <Button
                size="xs"
                variant="subtle"
                color="red"
                aria-label={t('domains.keys.revokeOf', { selector })}
                onClick={() => setAsking('revoke')}
              >
                {t('domains.keys.revoke')}
              </Button>
            )}
          </Group>
        </div>
        <p className={recordStyles.advice}>
          {t(`domains.keys.algorithm.${algorithm}`)} · {t('domains.keys.since', { when: when(stateSince) })}
          {' · '}
          {t(`domains.keys.means.${state}`, { until: keepUntil === null ? '' : when(keepUntil) })}
        </p>
        {state !== 'retired' && (
          <>
            {advice !== undefined && <p className={recordStyles.advice}>{advice}</p>}
            <RecordParts title={selector} record={record} />
          </>
        )}
      </li>
      {(['force', 'revoke'] as const).map((what) => (
        <ConfirmDialog
          key={what}
          opened={asking === what}
          title={t(`domains.keys.${what}Title`, { selector })}
          confirm={t(`domains.keys.${what}`)}
          danger
          busy={force.isPending || revoke.isPending}
          onConfirm={() => apply(what)}
          onClose={() => setAsking(null)}
        >
          {t(`domains.keys.${what}Text`)}
        </ConfirmDialog>
      ))}
    </>
  );
}
