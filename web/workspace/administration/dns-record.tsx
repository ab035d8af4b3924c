import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { WantedRecord } from '../../api/domains.ts';
import type { Tone } from '../../ui/protection.ts';
import { Tag } from '../../ui/tag.tsx';
import styles from './dns-record.module.css';

const tones = {
  right: 'safe',
  missing: 'wait',
  different: 'risk',
  unavailable: 'plain',
} as const satisfies Record<NonNullable<WantedRecord['finding']>, Tone>;

interface DnsRecordProps {
  /** What the record is for. */
  title: string;
  type: string;
  name: string;
  value: string;
  /** What the DNS said; null: it was not asked. */
  finding: WantedRecord['finding'];
  /** What to do, where something is to be done. */
  advice?: string | undefined;
}

/** One record to publish: its parts to copy, whether it was seen, and what to do about it. */
export function DnsRecord({ title, type, name, value, finding, advice }: DnsRecordProps) {
  return (
    <li className={styles.record}>
      <div className={styles.head}>
        <h3>{title}</h3>
        <Finding finding={finding} />
      </div>
      {advice !== undefined && <p className={styles.advice}>{advice}</p>}
      <RecordParts title={title} record={{ type, name, value }} />
    </li>
  );
}

/** What the DNS said of a record; nothing where it was not asked. */
export function Finding({ finding }: Pick<DnsRecordProps, 'finding'>) {
  const { t } = useTranslation();
  return finding === null ? null : <Tag tone={tones[finding]}>{t(`domains.found.${finding}`)}</Tag>;
}

interface RecordPartsProps {
  /** What the buttons are told apart by. */
  title: string;
  record: { type: string; name: string; value: string };
}

/** The parts of a record, each with the button to copy it. */
export function RecordParts({ title, record: { type, name, value } }: RecordPartsProps) {
  const { t } = useTranslation();
  return (
    <dl className={styles.parts}>
      <dt>{t('domains.part.type')}</dt>
      <dd>
        <code>{type}</code>
      </dd>
      <Part label={t('domains.part.name')} text={name} said={t('domains.copyName', { title })} />
      <Part label={t('domains.part.value')} text={value} said={t('domains.copyValue', { title })} />
    </dl>
  );
}

function Part({ label, text, said }: { label: string; text: string; said: string }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <code>{text}</code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={copied ? t('settings.copied') : said}
              onClick={copy}
              leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
            >
              {t(copied ? 'settings.copied' : 'settings.copy')}
            </Button>
          )}
        </CopyButton>
      </dd>
    </>
  );
}
