import { useTranslation } from 'react-i18next';
import type { RecipientPreview } from '../../api/messages.ts';
import { Notice } from '../../ui/notice.tsx';
import { protectionLook } from '../../ui/protection.ts';
import { describePlan } from './describe-plan.ts';

/** The whole plan in a few sentences, above the button that carries it out. */
export function PlanNote({ recipients }: { recipients: readonly RecipientPreview[] }) {
  const { t } = useTranslation();
  const parts = describePlan(recipients);
  if (parts.length === 0) return null;
  const weak = parts.some(({ protection }) => protectionLook[protection].tone !== 'safe');
  const held = recipients.some(({ outcome }) => outcome === 'hold');
  const single = recipients.length === 1;
  return (
    <Notice tone={weak || held ? 'wait' : 'safe'} announce="status">
      {held && <p>{t('compose.willBeHeld')}</p>}
      {parts.map(({ protection, count, reason }) => (
        <p key={protection}>
          {single ? t(`plan.only.${planKey(protection)}`) : t(`plan.${planKey(protection)}`, { count })}{' '}
          {single && protection === 'portal' && reason}
        </p>
      ))}
    </Notice>
  );
}

/** The three proofs of a connection are one thing to the sender. */
function planKey(protection: RecipientPreview['protection']) {
  return protection === 'tls-dane' || protection === 'tls-sts' ? 'tls-verified' : protection;
}
