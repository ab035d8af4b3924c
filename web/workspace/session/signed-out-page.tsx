import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useInitialFocus } from '../../ui/use-initial-focus.ts';
import { useTitle } from '../shell/use-title.ts';
import { EntryCard } from './entry-card.tsx';
import { nextPath } from './next-path.ts';

/** After a session: why it ended and what was kept. Nothing of a patient is left on the screen. */
export function SignedOutPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const byItself = params.get('why') !== 'chosen';
  useTitle(t('signedOut.title'));
  const again = useInitialFocus<HTMLAnchorElement>();
  return (
    <EntryCard>
      <h1>{t('signedOut.title')}</h1>
      <p>{byItself ? t('signedOut.byItself') : t('signedOut.chosen')}</p>
      <Button
        component={Link}
        to={`/sign-in?next=${encodeURIComponent(nextPath(params))}`}
        size="md"
        fullWidth
        ref={again}
      >
        {t('signedOut.again')}
      </Button>
    </EntryCard>
  );
}
