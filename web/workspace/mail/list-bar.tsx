import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconPencilPlus, IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLatest } from '../../ui/use-latest.ts';
import { useCompose } from '../compose/use-compose.ts';
import { RailButton } from '../shell/rail-button.tsx';
import { useShortcuts } from '../shell/shortcuts.tsx';
import styles from './message-list.module.css';
import type { ListState } from './use-list-state.ts';

interface ListBarProps {
  name: string;
  state: ListState;
  onChange: (change: Partial<ListState>) => void;
  /** How many threads match; null while that is not known. */
  total: number | null;
}

/** Search, filter, and the way to write. */
export function ListBar({ name, state, onChange, total }: ListBarProps) {
  const { t } = useTranslation();
  const compose = useCompose();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState({ over: state.text, text: state.text });
  const change = useLatest(onChange);
  // What is typed counts until the address says something else: a link, Back, another folder.
  const text = typed.over === state.text || typed.text.trim() === state.text ? typed.text : state.text;
  const setText = (next: string) => setTyped({ over: state.text, text: next });

  useEffect(() => {
    if (text.trim() === state.text) return;
    const timer = setTimeout(() => change.current({ text: text.trim() }), 250);
    return () => clearTimeout(timer);
  }, [text, state.text, change]);

  useShortcuts({
    '/': () => field.current?.focus(),
    c: () => compose.open({ kind: 'new' }),
  });

  return (
    <>
      <div className={styles.bar}>
        <RailButton />
        <TextInput
          ref={field}
          className={styles.search ?? ''}
          type="search"
          aria-label={t('list.search', { folder: name })}
          placeholder={t('list.searchHint')}
          leftSection={<IconSearch size={15} stroke={1.8} aria-hidden />}
          rightSection={
            text === '' ? null : (
              <CloseButton size="sm" aria-label={t('list.clearSearch')} onClick={() => setText('')} />
            )
          }
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (text === '') event.currentTarget.blur();
            else setText('');
          }}
        />
        <Button onClick={() => compose.open({ kind: 'new' })} aria-label={t('list.compose')} px="sm">
          <IconPencilPlus size={17} stroke={1.8} aria-hidden />
          <span className={styles.word}>{t('list.compose')}</span>
        </Button>
      </div>
      <div className={styles.filter}>
        <output>
          {total !== null &&
            t(state.text === '' ? 'list.count' : 'list.found', { count: total, folder: name })}
        </output>
        <button
          type="button"
          className={styles.toggle}
          aria-pressed={state.unreadOnly}
          onClick={() => onChange({ unreadOnly: !state.unreadOnly })}
        >
          {t('list.unreadOnly')}
        </button>
      </div>
    </>
  );
}
