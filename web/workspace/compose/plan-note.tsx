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
  const weak = parts.some(({ way }) => protectionLook[way].tone !== 'safe');
  const held = recipients.some(({ outcome }) => outcome === 'hold');
  const single = recipients.length === 1;
  return (
    <Notice tone={weak || held ? 'wait' : 'safe'} announce="status">
      {held && <p>{t('compose.willBeHeld')}</p>}
      {parts.map(({ way, count, reason }) => (
        <p key={way}>
          {single ? t(`plan.only.${way}`) : t(`plan.${way}`, { count })}{' '}
          {single && way === 'portal' && reason}
        </p>
      ))}
    </Notice>
  );
}
