import { useTranslation } from 'react-i18next';
import { Heading } from './heading.tsx';
import { go } from './use-path.ts';
import { visit } from './visit.ts';

/** After a visit: why it ended, and the way back. */
export function SignedOut({ why }: { why: 'chosen' | 'idle' }) {
  const { t } = useTranslation('portal');
  const link = visit.link();
  return (
    <section className="card">
      <Heading>{t('signedOut.title')}</Heading>
      <p>{t(`signedOut.${why}`)}</p>
      {link === null ? (
        <p>{t('signedOut.link')}</p>
      ) : (
        <button type="button" className="button primary" onClick={() => go(`/p/${link}`)}>
          {t('signedOut.again')}
        </button>
      )}
    </section>
  );
}
