import { ActionIcon, Button, Checkbox, Popover, Select } from '@mantine/core';
import { IconAdjustments, IconPaperclip, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SendOptions } from '../../api/mail/draft.ts';
import { SealIcon } from '../../ui/seal-icon.tsx';
import type { SaveState } from './autosave.ts';
import styles from './compose-window.module.css';

interface ComposeFootProps {
  options: SendOptions;
  onOptions: (options: SendOptions) => void;
  onAttach: (files: Iterable<File>) => void;
  saveState: SaveState;
  busy: boolean;
  onSend: () => void;
  onDiscard: () => void;
}

/** Send, attach, options, and whether it is saved. */
export function ComposeFoot({
  options,
  onOptions,
  onAttach,
  saveState,
  busy,
  onSend,
  onDiscard,
}: ComposeFootProps) {
  const { t } = useTranslation();
  const files = useRef<HTMLInputElement>(null);
  return (
    <div className={styles.foot}>
      <Button leftSection={<SealIcon size={17} />} loading={busy} onClick={onSend}>
        {t('compose.send')}
      </Button>
      <Button
        variant="default"
        px="sm"
        onClick={() => files.current?.click()}
        aria-label={t('compose.attach')}
      >
        <IconPaperclip size={17} stroke={1.8} aria-hidden />
        <span className={styles.attachWord} style={{ marginLeft: 6 }}>
          {t('compose.attachShort')}
        </span>
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onAttach([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <Popover position="top-start" width={300} trapFocus withinPortal>
        <Popover.Target>
          <Button variant="default" px="sm" aria-label={t('compose.options')} title={t('compose.options')}>
            <IconAdjustments size={17} stroke={1.8} aria-hidden />
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('compose.options')}>
          <Checkbox
            className={styles.choice ?? ''}
            label={t('compose.portalOnly')}
            description={t('compose.portalOnlyWhy')}
            checked={options.protection === 'portal'}
            onChange={({ currentTarget }) => {
              const { protection: _, ...others } = options;
              onOptions(currentTarget.checked ? { ...others, protection: 'portal' } : others);
            }}
          />
          <Select
            label={t('compose.expires')}
            comboboxProps={{ withinPortal: false }}
            value={String(options.expiresInDays ?? '')}
            data={[
              { value: '', label: t('compose.expiresDefault') },
              ...[7, 14, 30, 90, 180, 365].map((count) => ({
                value: String(count),
                label: t('compose.days', { count }),
              })),
            ]}
            onChange={(value) => {
              const { expiresInDays: _, ...others } = options;
              onOptions(value ? { ...others, expiresInDays: Number(value) } : others);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <output className={styles.state}>
        {saveState === 'clean' || saveState === 'dirty' ? '' : t(`compose.save.${saveState}`)}
      </output>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={t('compose.discard')}
        title={t('compose.discard')}
        onClick={onDiscard}
      >
        <IconTrash size={17} stroke={1.8} aria-hidden />
      </ActionIcon>
    </div>
  );
}
