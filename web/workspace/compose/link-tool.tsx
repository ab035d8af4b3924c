import { Button, Popover, TextInput } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import type { Editor } from '@tiptap/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './editor.module.css';

/** Sets, changes or takes away a link. */
export function LinkTool({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [address, setAddress] = useState('');

  const open = () => {
    setAddress(String(editor.getAttributes('link')['href'] ?? ''));
    setOpened(true);
  };
  const apply = () => {
    const href = /^[a-z]+:/i.test(address) ? address : `https://${address}`;
    const chain = editor.chain().focus().extendMarkRange('link');
    if (address.trim() === '') chain.unsetLink().run();
    else if (editor.state.selection.empty)
      chain.insertContent({ type: 'text', text: address, marks: [{ type: 'link', attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="bottom-start" withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={styles.tool}
          aria-label={t('editor.link')}
          title={t('editor.link')}
          onClick={open}
        >
          <IconLink size={17} stroke={1.8} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={styles.link}
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            apply();
          }}
        >
          <TextInput
            label={t('editor.linkAddress')}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <Button type="submit">{t('editor.linkApply')}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
