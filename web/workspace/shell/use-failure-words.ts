import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/failure.ts';

/** A failure as a sentence: what happened, what was kept, what to do. */
export function useFailureWords(): (failure: Failure) => string {
  const { t } = useTranslation('ui');
  return useCallback(
    (failure) => {
      if (failure.kind === 'offline') return t('error.offline');
      if (failure.kind === 'unavailable') return t('error.unavailable');
      if (failure.kind === 'limited') return failure.detail;
      if (failure.code === 'forbidden') return t('error.forbidden');
      if (failure.code === 'not-found' || failure.code === 'notFound') return t('error.notFound');
      return failure.detail;
    },
    [t],
  );
}
