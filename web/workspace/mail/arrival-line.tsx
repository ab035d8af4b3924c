import type { Email } from '../../api/jmap/types.ts';
import { Tag } from '../../ui/tag.tsx';
import { arrivalLook } from './list-tag.ts';

/** How a message came in, in words. Nothing for what one wrote oneself. */
export function ArrivalLine({ email }: { email: Email }) {
  const arrival = email['carepost:arrival'];
  if (!arrival) return null;
  const look = arrivalLook(arrival);
  return (
    <div style={{ marginTop: 8 }}>
      <Tag tone={look.tone} icon={look.icon}>
        {arrival.words}
      </Tag>
    </div>
  );
}
