import {
  IconArchive,
  IconBuilding,
  IconClipboardList,
  IconFolder,
  IconCertificate,
  IconHourglass,
  IconKey,
  IconMail,
  IconPencil,
  IconSend,
  IconShieldX,
  IconMailForward,
  IconPlugConnected,
  IconTrash,
  IconServer,
  IconUsers,
  IconWorld,
  type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import type { Mailbox } from '../../api/jmap/types.ts';
import { useMailboxes } from '../../api/mail/queries.ts';
import { SealIcon } from '../../ui/seal-icon.tsx';
import { folderName, folderPath } from '../mail/folder.ts';
import { useMay, useSignedIn } from '../session/session-context.ts';
import { MeMenu } from './me-menu.tsx';
import styles from './rail.module.css';

const folderIcons: Partial<Record<NonNullable<Mailbox['role']>, Icon>> = {
  inbox: IconMail,
  sent: IconSend,
  drafts: IconPencil,
  archive: IconArchive,
  trash: IconTrash,
};

/** The way through the workspace: only what exists, and only what this person may. */
export function Rail({ onChoose }: { onChoose?: () => void }) {
  const { t } = useTranslation();
  const { organization } = useSignedIn();
  const mailboxes = useMailboxes();
  const mayUsers = useMay('user.manage');
  const mayQueue = useMay('queue.manage');
  const mayQuarantine = useMay('quarantine.manage');
  const mayManageKeys = useMay('key.manage');
  const mayDomains = useMay('domain.manage');
  const mayOrganization = useMay('organization.manage');
  const mayAudit = useMay('audit.read');
  const choose = onChoose ? { onClick: onChoose } : {};

  return (
    <nav aria-label={t('rail.main')} className={styles.rail}>
      <div className={styles.brand}>
        <SealIcon size={20} />
        {organization.name}
      </div>
      <ul className={styles.links}>
        {mailboxes.data?.map((mailbox) => (
          <li key={mailbox.id}>
            <Item
              to={folderPath(mailbox)}
              icon={(mailbox.role && folderIcons[mailbox.role]) || IconFolder}
              {...choose}
            >
              {folderName(mailbox, t)}
              <Count mailbox={mailbox} />
            </Item>
          </li>
        ))}
      </ul>
      <h2 className={styles.group}>{t('rail.you')}</h2>
      <ul className={styles.links}>
        <li>
          <Item to="/settings" icon={IconKey} {...choose}>
            {t('rail.settings')}
          </Item>
        </li>
      </ul>
      {(mayUsers ||
        mayOrganization ||
        mayQueue ||
        mayQuarantine ||
        mayManageKeys ||
        mayDomains ||
        mayAudit) && (
        <>
          <h2 className={styles.group}>{t('rail.administration')}</h2>
          <ul className={styles.links}>
            {mayUsers && (
              <li>
                <Item to="/administration/users" icon={IconUsers} {...choose}>
                  {t('rail.users')}
                </Item>
              </li>
            )}
            {mayOrganization && (
              <li>
                <Item to="/administration/organization" icon={IconBuilding} {...choose}>
                  {t('rail.organization')}
                </Item>
              </li>
            )}
            {mayDomains && (
              <li>
                <Item to="/administration/domains" icon={IconWorld} {...choose}>
                  {t('rail.domains')}
                </Item>
              </li>
            )}
            {mayDomains && (
              <li>
                <Item to="/administration/forwarding" icon={IconMailForward} {...choose}>
                  {t('rail.forwarding')}
                </Item>
              </li>
            )}
            {mayDomains && (
              <li>
                <Item to="/administration/relays" icon={IconServer} {...choose}>
                  {t('rail.relays')}
                </Item>
              </li>
            )}
            {mayQueue && (
              <li>
                <Item to="/administration/queue" icon={IconHourglass} {...choose}>
                  {t('rail.queue')}
                </Item>
              </li>
            )}
            {mayQuarantine && (
              <li>
                <Item to="/administration/quarantine" icon={IconShieldX} {...choose}>
                  {t('rail.quarantine')}
                </Item>
              </li>
            )}
            {mayManageKeys && (
              <li>
                <Item to="/administration/keys" icon={IconCertificate} {...choose}>
                  {t('rail.keys')}
                </Item>
              </li>
            )}
            {mayDomains && (
              <li>
                <Item to="/administration/reach" icon={IconPlugConnected} {...choose}>
                  {t('rail.reach')}
                </Item>
              </li>
            )}
            {mayAudit && (
              <li>
                <Item to="/administration/audit" icon={IconClipboardList} {...choose}>
                  {t('rail.audit')}
                </Item>
              </li>
            )}
          </ul>
        </>
      )}
      <MeMenu />
    </nav>
  );
}

function Item({
  to,
  icon: Picture,
  children,
  onClick,
}: {
  to: string;
  icon: Icon;
  children: React.ReactNode;
  onClick?: () => void;
}) {
  return (
    <NavLink to={to} className={styles.link ?? ''} {...(onClick ? { onClick } : {})}>
      <Picture size={17} stroke={1.8} aria-hidden />
      {children}
    </NavLink>
  );
}

function Count({ mailbox }: { mailbox: Mailbox }) {
  const { t } = useTranslation();
  const drafts = mailbox.role === 'drafts';
  const count = drafts ? mailbox.totalEmails : mailbox.unreadEmails;
  if (count === 0 || mailbox.role === 'trash' || mailbox.role === 'sent') return null;
  return (
    <span className={styles.count}>
      <span aria-hidden>{count}</span>
      <span className="said">{t(drafts ? 'rail.draftCount' : 'rail.unreadCount', { count })}</span>
    </span>
  );
}
