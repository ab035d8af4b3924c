import { Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { resetJmap } from '../../api/mail/jmap.ts';
import { forget, useSignOut } from '../../api/session.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { useSendQueue } from '../compose/send-queue.tsx';
import { useSignedIn } from '../session/session-context.ts';
import styles from './rail.module.css';
import { useShortcutHelp } from './shortcuts.tsx';

const schemes = [
  { value: 'auto', icon: IconDeviceDesktop },
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
] as const;

/** Who is signed in, the look of the page, and the way out. */
export function MeMenu() {
  const { t } = useTranslation();
  const { user } = useSignedIn();
  const navigate = useNavigate();
  const client = useQueryClient();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const showShortcuts = useShortcutHelp();

  const queue = useSendQueue();

  const leave = async () => {
    await queue.flush();
    await signOut.mutateAsync().catch(() => {});
    resetJmap();
    await navigate('/signed-out?why=chosen', { replace: true });
    forget(client);
  };

  return (
    <Menu position="top-start" width={220} withinPortal>
      <Menu.Target>
        <button type="button" className={styles.me}>
          <Avatar name={user.displayName} />
          <span>
            {user.displayName}
            <br />
            <span className={styles.role}>{t(`role.${user.role}`)}</span>
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('me.look')}</Menu.Label>
        {schemes.map(({ value, icon: Picture }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Picture size={16} aria-hidden />}
            rightSection={colorScheme === value ? <IconCheck size={14} aria-hidden /> : null}
            onClick={() => setColorScheme(value)}
          >
            {t(`me.scheme.${value}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={showShortcuts}>
          {t('me.shortcuts')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          {t('me.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
