import { Component, type ReactNode } from 'react';
import { withTranslation, type WithTranslation } from 'react-i18next';
import { Frame } from './frame.tsx';

interface CrashGuardProps extends WithTranslation<'portal'> {
  children: ReactNode;
}

/** A fault of ours on the page: says so, and offers a fresh one. Nothing is lost on the server. */
class Guard extends Component<CrashGuardProps, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    const { t, children } = this.props;
    if (!this.state.crashed) return children;
    return (
      <Frame organization={null}>
        <section className="card">
          <h1>{t('crash.title')}</h1>
          <p>{t('crash.text')}</p>
          <button type="button" className="button primary" onClick={() => window.location.reload()}>
            {t('crash.button')}
          </button>
        </section>
      </Frame>
    );
  }
}

export const CrashGuard = withTranslation('portal')(Guard);
