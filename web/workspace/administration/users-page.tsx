import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roles } from '#contract/permissions.ts';
import { failureOf } from '../../api/failure.ts';
import { useChangeUser, useResetPassword, useUsers, type UserView } from '../../api/users.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useSignedIn } from '../session/session-context.ts';
import { OneTimeSecret } from '../settings/one-time-secret.tsx';
import settingsStyles from '../settings/settings-page.module.css';
import { MoreButton } from '../shell/more-button.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useFailureWords } from '../shell/use-failure-words.ts';
import { useTitle } from '../shell/use-title.ts';
import { useToast } from '../shell/use-toast.tsx';
import { NewUserDialog } from './new-user-dialog.tsx';
import { ListTable } from './list-table.tsx';
import styles from './users-page.module.css';

/** The people of the organisation. */
export function UsersPage() {
  const { t } = useTranslation();
  useTitle(t('rail.users'));
  const users = useUsers();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; password: string } | null>(null);
  const people = users.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <main>
      <PageHeader title={t('rail.users')}>
        <Button
          leftSection={<IconUserPlus size={17} stroke={1.8} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {t('users.add')}
        </Button>
      </PageHeader>
      <div className={`${settingsStyles.page} ${styles.wide}`}>
        {secret && (
          <section className={settingsStyles.section}>
            <OneTimeSecret secret={secret.password}>
              {t('users.password', { name: secret.name })}
            </OneTimeSecret>
          </section>
        )}
        <ListTable list={users} columns={[t('users.name'), t('users.role'), t('users.state')]}>
          {people.map((user) => (
            <UserRow
              key={user.userId}
              user={user}
              onSecret={(password) => setSecret({ name: user.displayName, password })}
            />
          ))}
        </ListTable>
        <MoreButton list={users} />
      </div>
      <NewUserDialog opened={adding} onClose={() => setAdding(false)} onMade={setSecret} />
    </main>
  );
}

function UserRow({ user, onSecret }: { user: UserView; onSecret: (password: string) => void }) {
  const { t } = useTranslation();
  const me = useSignedIn().user.userId === user.userId;
  return (
    <tr>
      <td>
        <b>{user.displayName}</b>
        <div className={styles.muted}>{[user.email, ...user.aliases].join(', ')}</div>
      </td>
      <td>{t(`role.${user.role}`)}</td>
      <td>
        <Tag tone={user.state === 'active' ? 'safe' : 'plain'}>{t(`users.is.${user.state}`)}</Tag>
      </td>
      <td className={styles.act}>{!me && <UserActs user={user} onSecret={onSecret} />}</td>
    </tr>
  );
}

function UserActs({ user, onSecret }: { user: UserView; onSecret: (password: string) => void }) {
  const { t } = useTranslation();
  const words = useFailureWords();
  const toast = useToast();
  const change = useChangeUser();
  const reset = useResetPassword();
  const [asking, setAsking] = useState<'disable' | 'reset' | null>(null);
  const { userId, displayName: name } = user;
  const failed = (error: unknown) => toast.failed(words(failureOf(error)));
  const apply = (body: Parameters<typeof change.mutate>[0], done: string) =>
    change.mutate(body, {
      onSuccess: () => toast.done(done),
      onError: failed,
      onSettled: () => setAsking(null),
    });

  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('users.actionsFor', { name })}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('users.role')}</Menu.Label>
          {roles.map((role) => (
            <Menu.Item
              key={role}
              role="menuitemradio"
              aria-checked={role === user.role}
              disabled={role === user.role}
              onClick={() =>
                apply({ userId, role }, t('users.roleChanged', { name, role: t(`role.${role}`) }))
              }
            >
              {t(`role.${role}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setAsking('reset')}>{t('users.reset')}</Menu.Item>
          {user.state === 'active' ? (
            <Menu.Item color="red" onClick={() => setAsking('disable')}>
              {t('users.disable')}
            </Menu.Item>
          ) : (
            <Menu.Item onClick={() => apply({ userId, state: 'active' }, t('users.enabled', { name }))}>
              {t('users.enable')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking === 'disable'}
        title={t('users.disableTitle', { name })}
        confirm={t('users.disable')}
        danger
        busy={change.isPending}
        onConfirm={() => apply({ userId, state: 'disabled' }, t('users.disabled', { name }))}
        onClose={() => setAsking(null)}
      >
        {t('users.disableText')}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === 'reset'}
        title={t('users.resetTitle', { name })}
        confirm={t('users.reset')}
        busy={reset.isPending}
        onConfirm={() =>
          reset.mutate(userId, {
            onSuccess: ({ password }) => onSecret(password),
            onError: failed,
            onSettled: () => setAsking(null),
          })
        }
        onClose={() => setAsking(null)}
      >
        {t('users.resetText')}
      </ConfirmDialog>
    </>
  );
}
