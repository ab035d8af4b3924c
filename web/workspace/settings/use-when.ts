import { useTranslation } from 'react-i18next';
import { sentenceTime } from '../../ui/format-time.ts';
import { useNow } from '../shell/use-now.ts';

/** A moment in a sentence: "yesterday, 16:20". */
export function useWhen(): (at: string) => string {
  const { i18n } = useTranslation();
  const now = useNow(60_000);
  return (at) => sentenceTime(new Date(at), now, i18n.language);
}
