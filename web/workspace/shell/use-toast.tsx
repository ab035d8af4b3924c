import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

interface Toast {
  /** A plain confirmation. */
  done: (words: string) => void;
  failed: (words: string) => void;
  /** Something that can be taken back, or gone on with, for `ms` (default 8 s). Answers the way to close it. */
  withAction: (words: string, action: string, onAction: () => void, ms?: number) => () => void;
}

/** Short words at the edge of the page. What matters for long belongs in the page instead. */
export function useToast(): Toast {
  const { t } = useTranslation('ui');
  return useMemo(() => {
    const close = { closeButtonProps: { 'aria-label': t('error.dismiss') } };
    return {
      done: (words) => void notifications.show({ message: words, color: 'care', role: 'status', ...close }),
      failed: (words) =>
        void notifications.show({ message: words, color: 'red', autoClose: 12_000, role: 'alert', ...close }),
      withAction: (words, action, onAction, ms = 8000) => {
        const id = notifications.show({
          color: 'care',
          autoClose: ms,
          role: 'status',
          ...close,
          message: (
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <span>{words}</span>
              <Button
                size="compact-sm"
                variant="subtle"
                onClick={() => {
                  notifications.hide(id);
                  onAction();
                }}
              >
                {action}
              </Button>
            </Group>
          ),
        });
        return () => notifications.hide(id);
      },
    };
  }, [t]);
}
