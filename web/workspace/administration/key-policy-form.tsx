import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useKeyPolicy, useSetKeyPolicy, type KeyPolicy } from '../../api/keys.ts';
import settingsStyles from '../settings/settings-page.module.css';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useToast } from '../shell/use-toast.tsx';
import styles from './key-row.module.css';

/** Which keys are trusted without a decision: none, unless somebody says so here. */
export function KeyPolicyForm() {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const policy = useKeyPolicy();
  const change = useSetKeyPolicy();
  const { data } = policy;
  if (data === undefined) return null;
  const set = (part: Partial<KeyPolicy>) =>
    change.mutate(
      { ...data, ...part },
      {
        onSuccess: () => toast.done(t('keys.policy.saved')),
        onError: (error) => toast.failed(words(failureOf(error))),
      },
    );
  return (
    <section className={settingsStyles.section}>
      <h2>{t('keys.policy.title')}</h2>
      <div className={styles.policy}>
        <Switch
          label={t('keys.policy.web')}
          description={t('keys.policy.webText')}
          checked={data.trustWebKeys}
          disabled={change.isPending}
          onChange={(event) => set({ trustWebKeys: event.currentTarget.checked })}
        />
        <Switch
          label={t('keys.policy.first')}
          description={t('keys.policy.firstText')}
          checked={data.trustFirstUse}
          disabled={change.isPending}
          onChange={(event) => set({ trustFirstUse: event.currentTarget.checked })}
        />
      </div>
    </section>
  );
}
