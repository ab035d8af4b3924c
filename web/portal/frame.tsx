import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SealIcon } from '../ui/seal-icon.tsx';
import { chooseLanguage } from './texts/start-texts.ts';

/** The page around everything: whose it is, the other language, one column. */
export function Frame({ organization, children }: { organization: string | null; children: ReactNode }) {
  const { t, i18n } = useTranslation('portal');
  useEffect(() => {
    document.title = organization === null ? t('page.title') : `${t('page.title')} · ${organization}`;
  }, [organization, t]);

  return (
    <div className="page">
      <a className="skip" href="#content">
        {t('page.skip')}
      </a>
      <header className="head">
        <span className="logo" aria-hidden>
          {organization === null ? <SealIcon size={20} /> : organization.slice(0, 1).toLocaleUpperCase()}
        </span>
        <span className="name">{organization ?? t('page.title')}</span>
        <button
          type="button"
          className="link unprinted"
          lang={i18n.language === 'en' ? 'es' : 'en'}
          onClick={() => void chooseLanguage(i18n.language === 'en' ? 'es' : 'en')}
        >
          {t('page.switchTo')}
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
