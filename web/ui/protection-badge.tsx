import { useTranslation } from 'react-i18next';
import type { Protection } from '#contract/protection.ts';
import { protectionLook } from './protection.ts';
import { Tag } from './tag.tsx';

/** How one recipient's copy is protected: always the same icon and the same plain words. */
export function ProtectionBadge({ protection }: { protection: Protection }) {
  const { t } = useTranslation('ui');
  const look = protectionLook[protection];
  return (
    <Tag tone={look.tone} icon={look.icon}>
      {t(`protection.${protection}`)}
    </Tag>
  );
}
