import { Button } from '@mantine/core';
import {
  IconArchive,
  IconArrowBackUp,
  IconArrowBackUpDouble,
  IconArrowForwardUp,
  IconArrowLeft,
  IconInbox,
  IconMail,
  IconTrash,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import type { Email, Mailbox } from '../../api/jmap/types.ts';
import { useMarkSeen } from '../../api/mail/actions.ts';
import { useCompose } from '../compose/use-compose.ts';
import { useMaySend } from '../session/session-context.ts';
import { useShortcuts } from '../shell/shortcuts.tsx';
import { folderPath } from './folder.ts';
import { DestroyThread } from './destroy-thread.tsx';
import styles from './reading-pane.module.css';
import { useMoveWithUndo } from './use-move-with-undo.ts';

interface ThreadBarProps {
  mailbox: Mailbox;
  threadId: string;
  last: Email | undefined;
  emails: readonly Email[];
}

/** What can be done with a thread. */
export function ThreadBar({ mailbox, threadId, last, emails }: ThreadBarProps) {
  const { t } = useTranslation();
  const { search, hash } = useLocation();
  const navigate = useNavigate();
  const compose = useCompose();
  const maySend = useMaySend();
  const markSeen = useMarkSeen();
  const move = useMoveWithUndo(mailbox);
  const list = `${folderPath(mailbox)}${search}${hash}`;
  const several = last !== undefined && (last.to?.length ?? 0) + (last.cc?.length ?? 0) > 1;

  const answer = (kind: 'reply' | 'reply-all' | 'forward') =>
    maySend && last && (() => compose.open({ kind, emailId: last.id }));
  const file = (role: 'archive' | 'trash' | 'inbox') =>
    last && mailbox.role !== role && mailbox.role !== 'drafts' ? () => move(threadId, role) : undefined;
  const unread =
    last &&
    (() => {
      markSeen.mutate({ emailIds: emails.slice(-1).map((email) => email.id), seen: false });
      void navigate(list);
    });
  const actions = {
    reply: answer('reply') || undefined,
    replyAll: several ? answer('reply-all') || undefined : undefined,
    forward: answer('forward') || undefined,
    archive: mailbox.role === 'trash' ? undefined : file('archive'),
    trash: file('trash'),
    inbox: mailbox.role === 'archive' || mailbox.role === 'trash' ? file('inbox') : undefined,
    unread: mailbox.role === 'sent' ? undefined : unread,
  };
  useShortcuts({
    r: actions.reply,
    a: actions.replyAll ?? actions.reply,
    f: actions.forward,
    e: actions.archive,
    '#': actions.trash,
    Delete: actions.trash,
    u: actions.unread,
    Escape: () => void navigate(list),
  });

  return (
    <div className={styles.bar} role="toolbar" aria-label={t('read.actions')}>
      <Button
        className={styles.back ?? ''}
        component={Link}
        to={list}
        variant="subtle"
        color="gray"
        px="xs"
        aria-label={t('read.back')}
      >
        <IconArrowLeft size={18} stroke={1.8} aria-hidden />
      </Button>
      <Act icon={IconArrowBackUp} words={t('read.reply')} onClick={actions.reply} prominent />
      <Act icon={IconArrowBackUpDouble} words={t('read.replyAll')} onClick={actions.replyAll} />
      <Act icon={IconArrowForwardUp} words={t('read.forward')} onClick={actions.forward} />
      <span className={styles.space} />
      <Act icon={IconMail} words={t('read.markUnread')} onClick={actions.unread} iconOnly />
      <Act icon={IconInbox} words={t('read.toInbox')} onClick={actions.inbox} iconOnly />
      <Act icon={IconArchive} words={t('read.archive')} onClick={actions.archive} iconOnly />
      {mailbox.role === 'trash' && last && (
        <DestroyThread emails={emails} onDone={() => void navigate(list)} />
      )}
      <Act icon={IconTrash} words={t('read.delete')} onClick={actions.trash} iconOnly />
    </div>
  );
}

interface ActProps {
  icon: Icon;
  words: string;
  /** Left out of the bar when it cannot be done here. */
  onClick: (() => void) | undefined;
  prominent?: boolean;
  iconOnly?: boolean;
}

function Act({ icon: Picture, words, onClick, prominent, iconOnly }: ActProps) {
  if (!onClick) return null;
  return (
    <Button
      variant={prominent ? 'default' : 'subtle'}
      {...(prominent ? {} : { color: 'gray', c: 'var(--ink-2)' })}
      px={iconOnly ? 'sm' : 'sm'}
      onClick={onClick}
      aria-label={words}
      title={words}
    >
      <Picture size={17} stroke={1.8} aria-hidden />
      {!iconOnly && (
        <span className={styles.label} style={{ marginLeft: 6 }}>
          {words}
        </span>
      )}
    </Button>
  );
}
