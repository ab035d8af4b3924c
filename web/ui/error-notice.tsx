import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Notice } from './notice.tsx';

interface ErrorNoticeProps {
  /** What happened and what was kept, in a person's words. */
  message: string;
  reference?: string | undefined;
  onRetry?: (() => void) | undefined;
}

/** A failure in the page: what happened, what was kept, what to do. Never a code alone. */
export function ErrorNotice({ message, reference, onRetry }: ErrorNoticeProps) {
  const { t } = useTranslation('ui');
  return (
    <Notice
      tone="risk"
      announce="alert"
      action={
        onRetry && (
          <Button size="compact-sm" variant="outline" color="red" onClick={onRetry}>
            {t('error.tryAgain')}
          </Button>
        )
      }
    >
      <p>{message}</p>
      {reference && <p>{t('error.reference', { id: reference })}</p>}
    </Notice>
  );
}
