import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.ts';
import { useResumeQueue, type PauseScope, type QueuePause } from '../../api/queue.ts';
import { sentenceTime } from '../../ui/format-time.ts';
import { Notice } from '../../ui/notice.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useNow } from '../shell/use-now.ts';
import { useToast } from '../shell/use-toast.tsx';

/** What rests by a person's word, with the reason, and the way to let it go on. */
export function QueuePauseNotice({ pause }: { pause: QueuePause }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const words = useFailureWords();
  const toast = useToast();
  const resume = useResumeQueue();
  const what = pause.scope === 'organization' ? t('queue.everything') : pause.label || t('queue.server');
  const since = sentenceTime(new Date(pause.pausedAt), now, i18n.language);
  return (
    <Notice
      tone="wait"
      action={
        <Button
          size="xs"
          variant="default"
          loading={resume.isPending}
          aria-label={t('queue.resumeOf', { what })}
          onClick={() =>
            resume.mutate(scopeOf(pause), {
              onSuccess: () => toast.done(t('queue.resumed', { what })),
              onError: (error) => toast.failed(words(failureOf(error))),
            })
          }
        >
          {t('queue.resume')}
        </Button>
      }
    >
      {t('queue.pausedSince', { what, since, reason: pause.reason })}
    </Notice>
  );
}

function scopeOf({ scope, destination, label }: QueuePause): PauseScope {
  if (scope === 'destination' && destination !== null) return { scope, destination };
  return scope === 'domain' ? { scope, domain: label } : { scope: 'organization' };
}
