import { useTranslation } from 'react-i18next';
import type { WantedRecord } from '../../api/domains.ts';

/** What to do about a record, by what it is for and what the DNS said; undefined where nothing is to be done. */
export function useRecordAdvice(): (record: Pick<WantedRecord, 'purpose' | 'finding'>) => string | undefined {
  const { t } = useTranslation();
  return ({ purpose, finding }) => {
    switch (finding) {
      case null:
      case 'right':
        return undefined;
      case 'unavailable':
        return t('domains.advice.unavailable');
      case 'missing':
      case 'different':
        return t(`domains.advice.${purpose}.${finding}`);
    }
  };
}
