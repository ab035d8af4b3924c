import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Email, SenderCodes } from '../../api/jmap/types.ts';
import { Tag } from '../../ui/tag.tsx';
import { senderLook } from './list-tag.ts';
import styles from './reading-pane.module.css';

/** Whether the domain in From is proven, and on a click how that is known. */
export function SenderProof({ email, sender }: { email: Pick<Email, 'from'>; sender: SenderCodes }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const look = senderLook(sender);
  const address = email.from?.[0]?.email ?? '';
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return (
    <>
      <Tag tone={look.tone} icon={look.icon}>
        {sender.doubt === null
          ? t('sender.proven', { domain })
          : t(`sender.doubt.${sender.doubt}`, { domain })}
      </Tag>
      <button type="button" className={styles.details} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('sender.how')}
      </button>
      {open && <Facts sender={sender} domain={domain} />}
    </>
  );
}

function Facts({ sender, domain }: { sender: SenderCodes; domain: string }) {
  const { t } = useTranslation();
  const signatures = sender.dkim.length === 0 ? (['none'] as const) : sender.dkim;
  return (
    <dl className={styles.fields}>
      {sender.proof && (
        <>
          <dt>{t('sender.fact.proof')}</dt>
          <dd>{t(`sender.proof.${sender.proof}`, { domain })}</dd>
        </>
      )}
      <dt>{t('sender.fact.spf')}</dt>
      <dd>{t(`sender.spf.${sender.spf}`)}</dd>
      <dt>{t('sender.fact.dkim')}</dt>
      <dd>
        {signatures.map((verdict, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- several may say the same, and none moves
          <div key={index}>{t(`sender.dkim.${verdict}`)}</div>
        ))}
      </dd>
      <dt>{t('sender.fact.policy')}</dt>
      <dd>{t(`sender.policy.${sender.policy ?? 'unsaid'}`)}</dd>
      {sender.arc !== 'none' && (
        <>
          <dt>{t('sender.fact.arc')}</dt>
          <dd>{t(`sender.arc.${sender.arc}`)}</dd>
        </>
      )}
    </dl>
  );
}
