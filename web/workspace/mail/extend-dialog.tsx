import { Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { dayAndMonth } from '../../ui/format-time.ts';

const DAY_MS = 86_400_000;
const choices = [7, 14, 30, 90, 180, 365];

interface ExtendDialogProps {
  opened: boolean;
  until: string | null;
  busy: boolean;
  onConfirm: (days: number) => void;
  onClose: () => void;
}

/** For how long from now a message stays in the portal. Only choices that make it longer. */
export function ExtendDialog({ opened, until, busy, onConfirm, onClose }: ExtendDialogProps) {
  const { t, i18n } = useTranslation();
  const [now] = useState(() => new Date());
  const end = (days: number) => new Date(now.getTime() + days * DAY_MS);
  const longer = choices.filter(
    (days) => until === null || end(days).getTime() > new Date(until).getTime() + DAY_MS,
  );
  const [days, setDays] = useState<string | null>(null);
  const chosen = days ?? String(longer.find((candidate) => candidate >= 30) ?? longer[0] ?? 365);

  return (
    <ConfirmDialog
      opened={opened}
      title={t('journey.extendTitle')}
      confirm={t('journey.extend')}
      busy={busy}
      onConfirm={() => onConfirm(Number(chosen))}
      onClose={onClose}
    >
      <Select
        label={t('journey.extendLabel')}
        value={chosen}
        onChange={setDays}
        data={longer.map((count) => ({
          value: String(count),
          label: t('journey.extendChoice', { count, date: dayAndMonth(end(count), now, i18n.language) }),
        }))}
      />
    </ConfirmDialog>
  );
}
