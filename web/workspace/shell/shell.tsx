import { Drawer } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Outlet, useSearchParams } from 'react-router';
import { ComposeHost } from '../compose/compose-host.tsx';
import { SendQueue } from '../compose/send-queue.tsx';
import { NewMail } from '../mail/new-mail.tsx';
import { RailOpener } from './rail-opener.ts';
import { Rail } from './rail.tsx';
import railStyles from './rail.module.css';
import styles from './shell.module.css';
import { Shortcuts } from './shortcuts.tsx';

/** Rail at the left (behind a button where it is narrow), the page beside it, writing above it. */
export function Shell() {
  const { t } = useTranslation();
  const [opened, rail] = useDisclosure(false);
  const [params] = useSearchParams();
  // On a phone the window for writing covers everything; the same line as in compose-window.module.css.
  const phone = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const covered = phone && params.get('compose') !== null;
  return (
    <Shortcuts>
      <SendQueue>
        <RailOpener value={rail.open}>
          <a className={styles.skip} href="#content">
            {t('rail.skip')}
          </a>
          <div className={styles.shell} inert={covered}>
            <div className={`${styles.rail} ${railStyles.side}`}>
              <Rail />
            </div>
            <div id="content" tabIndex={-1} className={styles.content}>
              <Outlet />
            </div>
          </div>
          <Drawer.Root opened={opened} onClose={rail.close} size={264}>
            <Drawer.Overlay backgroundOpacity={0.4} />
            <Drawer.Content aria-label={t('rail.main')}>
              <Drawer.Body p={0} h="100%">
                <Rail onChoose={rail.close} />
              </Drawer.Body>
            </Drawer.Content>
          </Drawer.Root>
          <ComposeHost />
          <NewMail />
        </RailOpener>
      </SendQueue>
    </Shortcuts>
  );
}
