import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMailPush } from '../../api/mail/use-mail-push.ts';

/** Keeps mail fresh, and tells those who listen that something came. */
export function NewMail() {
  const { t } = useTranslation();
  const [count, setCount] = useState(0);
  useMailPush(useCallback((fresh: number) => setCount(fresh), []));
  return <output className="said">{count > 0 ? t('list.arrived', { count }) : ''}</output>;
}
