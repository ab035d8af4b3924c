import { useTranslation } from 'react-i18next';
import { Heading } from '../heading.tsx';

/** For people who did not expect an email: how to be sure, and that nothing has happened. */
export function Safety({ organization, onBack }: { organization: string; onBack: () => void }) {
  const { t } = useTranslation('portal');
  return (
    <section className="card">
      <Heading>{t('safety.title')}</Heading>
      <p>{t('safety.lead')}</p>
      <ul className="tips">
        <li>{t('safety.call', { organization })}</li>
        <li>{t('safety.never')}</li>
        <li>{t('safety.nothing')}</li>
        <li>{t('safety.ignore')}</li>
      </ul>
      <button type="button" className="button" onClick={onBack}>
        {t('page.back')}
      </button>
    </section>
  );
}
