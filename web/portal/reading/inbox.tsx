import { useEffect, useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { sentenceTime } from '../../ui/format-time.ts';
import type { Tone } from '../../ui/protection.ts';
import { Tag } from '../../ui/tag.tsx';
import { api, type PortalItem } from '../api.ts';
import { Ghost } from '../ghost.tsx';
import { Heading } from '../heading.tsx';
import { RefusalNotice } from '../refusal-notice.tsx';
import type { Refusal } from '../request.ts';
import { go } from '../use-path.ts';
import styles from './inbox.module.css';

/** Everything this organisation has sent to this address. */
export function Inbox({ onEnded }: { onEnded: () => void }) {
  const { t } = useTranslation('portal');
  const [items, setItems] = useState<PortalItem[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [wanted, setWanted] = useState<{ after: string | null }>({ after: null });
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  useEffect(() => {
    void api.inbox(wanted.after).then((answer) => {
      if (answer.ok) {
        setItems((before) => [...(wanted.after === null ? [] : (before ?? [])), ...answer.value.items]);
        setCursor(answer.value.nextCursor);
        setRefusal(null);
      } else if (answer.refusal.code === 'not-signed-in') onEnded();
      else setRefusal(answer.refusal);
    });
  }, [wanted, onEnded]);

  if (items === null && refusal === null) return <Ghost />;
  return (
    <section className="card">
      <Heading>{t('inbox.title')}</Heading>
      {refusal && <RefusalNotice refusal={refusal} />}
      {items?.length === 0 && <p>{t('inbox.empty')}</p>}
      {items && items.length > 0 && (
        <ul className={styles.list}>
          {items.map((item) => (
            <li key={item.offerId}>
              <Item item={item} />
            </li>
          ))}
        </ul>
      )}
      {cursor !== null && (
        <button type="button" className="button" onClick={() => setWanted({ after: cursor })}>
          {t('inbox.more')}
        </button>
      )}
    </section>
  );
}

const tones: Record<PortalItem['state'], Tone> = {
  waiting: 'safe',
  opened: 'plain',
  replied: 'plain',
  expired: 'wait',
  revoked: 'wait',
};

function Item({ item }: { item: PortalItem }) {
  const { t, i18n } = useTranslation('portal');
  const [now] = useState(() => new Date());
  const gone = item.state === 'expired' || item.state === 'revoked';
  const inside = (
    <>
      <span className={`${styles.subject} ${gone ? styles.gone : ''}`}>
        {item.subject === null ? t('inbox.gone') : item.subject || t('inbox.noSubject')}
      </span>
      <span className={styles.state}>
        <Tag tone={tones[item.state]}>{t(`inbox.state.${item.state}`)}</Tag>
      </span>
      <span className={styles.meta}>
        {item.from} · {sentenceTime(new Date(item.offeredAt), now, i18n.language)}
        {item.hasAttachment && ` · ${t('inbox.hasAttachment')}`}
      </span>
    </>
  );
  if (gone) return <div className={styles.item}>{inside}</div>;
  const path = `/portal/messages/${item.offerId}`;
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(path);
  };
  return (
    <a className={styles.item} href={path} onClick={open}>
      {inside}
    </a>
  );
}
