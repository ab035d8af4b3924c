import { IconPhotoOff } from '@tabler/icons-react';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { fitFrame } from './fit-frame.ts';
import { messageDocument } from './message-document.ts';
import { Notice } from './notice.tsx';
import styles from './message-frame.module.css';

interface MessageFrameProps {
  /** HTML as the server cleaned it. */
  html: string;
  inlineParts?: Readonly<Record<string, string>>;
}

const none: Readonly<Record<string, string>> = {};

/**
 * Foreign HTML in a sandbox: no scripts, no forms, no top navigation, a content policy of its own.
 * `allow-same-origin` without `allow-scripts` lets us measure its height; nothing inside can run.
 */
export function MessageFrame({ html, inlineParts = none }: MessageFrameProps) {
  const { t, i18n } = useTranslation('ui');
  const [showPictures, setShowPictures] = useState(false);
  const scheme = useColorScheme();
  const made = useMemo(
    () => messageDocument(html, { showPictures, inlineParts, language: i18n.language, scheme }),
    [html, showPictures, inlineParts, i18n.language, scheme],
  );

  return (
    <>
      {made.remotePictures > 0 && !showPictures && (
        <div className={styles.hidden}>
          <Notice
            tone="plain"
            icon={IconPhotoOff}
            action={
              <button type="button" className={styles.show} onClick={() => setShowPictures(true)}>
                {t('frame.showPictures')}
              </button>
            }
          >
            {t('frame.picturesHidden', { count: made.remotePictures })}
          </Notice>
        </div>
      )}
      <iframe
        ref={fitFrame}
        className={`${styles.frame} ${made.ownColours ? styles.paper : ''}`}
        title={t('frame.title')}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        srcDoc={made.html}
      />
    </>
  );
}

/** The scheme the page is drawn in: what the person chose, else what the device says. */
function useColorScheme(): 'light' | 'dark' {
  return useSyncExternalStore(watchScheme, () => {
    const chosen = document.documentElement.dataset['mantineColorScheme'];
    if (chosen === 'light' || chosen === 'dark') return chosen;
    return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  });
}

function watchScheme(changed: () => void): () => void {
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-mantine-color-scheme'],
  });
  return () => {
    media.removeEventListener('change', changed);
    observer.disconnect();
  };
}
