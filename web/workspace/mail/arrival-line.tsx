import { IconAlertTriangle, IconRosetteDiscountCheck, IconSignature } from '@tabler/icons-react';
import type { Email } from '../../api/jmap/types.ts';
import { Tag } from '../../ui/tag.tsx';
import { arrivalLook } from './list-tag.ts';

const openedIcons = { safe: IconRosetteDiscountCheck, plain: IconSignature, risk: IconAlertTriangle };

/** How a message came in, in words, with what its encryption and signature are worth. Nothing for what one wrote oneself. */
export function ArrivalLine({ email }: { email: Email }) {
  const arrival = email['carepost:arrival'];
  if (!arrival) return null;
  const look = arrivalLook(arrival);
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 6, marginTop: 8 }}>
      <Tag tone={look.tone} icon={look.icon}>
        {arrival.words}
      </Tag>
      {arrival.opened?.map(({ tone, words }) => (
        <Tag key={words} tone={tone} icon={openedIcons[tone]}>
          {words}
        </Tag>
      ))}
    </div>
  );
}
