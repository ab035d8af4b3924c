import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '../../api/audit.ts';

interface AuditWords {
  actorOf: (event: AuditEventView) => string;
  /** What they did, as the rest of a sentence that begins with the actor. */
  happening: (event: AuditEventView) => string;
}

/** The log as sentences. A kind that has no words yet is shown as it is recorded. */
export function useAuditWords(names: ReadonlyMap<string, string>): AuditWords {
  const { t, i18n } = useTranslation();
  return {
    actorOf: ({ actor }) => {
      switch (actor?.kind) {
        case 'user':
          return names.get(actor.userId) ?? t('audit.actor.user');
        case 'api-key':
          return t('audit.actor.apiKey', { name: names.get(actor.userId) ?? t('audit.actor.user') });
        case 'recipient':
          return t('audit.actor.recipient');
        case 'system':
          return 'carepost';
        case 'anonymous':
          return t('audit.actor.anonymous');
        case undefined:
          return '?';
      }
    },
    happening: ({ kind }) => {
      const key = `audit.did.${(kind ?? '').replaceAll('.', '_')}`;
      return i18n.exists(key)
        ? (t as (key: string) => string)(key)
        : t('audit.did.other', { kind: (kind ?? '?').replaceAll(/[.-]/g, ' ') });
    },
  };
}
