import { useTranslation } from 'react-i18next';

/** The shape of a card to come. */
export function Ghost() {
  const { t } = useTranslation('ui');
  return (
    <output className="card" style={{ display: 'block' }} aria-label={t('loading')}>
      <div className="ghost" style={{ width: '60%', height: 24 }} />
      <div className="ghost" />
      <div className="ghost" style={{ width: '85%' }} />
    </output>
  );
}
