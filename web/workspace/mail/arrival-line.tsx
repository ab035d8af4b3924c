import { IconAlertTriangle, IconRosetteDiscountCheck, IconSignature } from '@tabler/icons-react';
import type { Email } from '../../api/jmap/types.ts';
import { Tag } from '../../ui/tag.tsx';
import { arrivalLook } from './list-tag.ts';
import styles from './reading-pane.module.css';
import { SenderProof } from './sender-proof.tsx';

const openedIcons = { safe: IconRosetteDiscountCheck, plain: IconSignature, risk: IconAlertTriangle };

/**
 * How a message came in, in words, with what its encryption and signature are worth, and whether who stands in From
 * is proven. Nothing for what one wrote oneself.
 */
export function ArrivalLine({ email }: { email: Email }) {
  const arrival = email['carepost:arrival'];
  if (!arrival) return null;
  const look = arrivalLook(arrival);
  return (
    <div className={styles.arrival}>
      <Tag tone={look.tone} icon={look.icon}>
        {arrival.words}
      </Tag>
      {arrival.opened?.map(({ tone, words }) => (
        <Tag key={words} tone={tone} icon={openedIcons[tone]}>
          {words}
        </Tag>
      ))}
      {arrival.sender && <SenderProof email={email} sender={arrival.sender} />}
    </div>
  );
}
