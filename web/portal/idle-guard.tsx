import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from './api.ts';
import styles from './idle-guard.module.css';

const WARNING_SECONDS = 60;
const TOUCH_EVERY_MS = 60_000;

/** Warns a minute before the server ends an idle visit, and clears the page when it has. */
export function IdleGuard({ idleSeconds, onEnded }: { idleSeconds: number; onEnded: () => void }) {
  const { t } = useTranslation('portal');
  const dialog = useRef<HTMLDialogElement>(null);
  const [deadline, setDeadline] = useState(() => Date.now() + idleSeconds * 1000);
  const [left, setLeft] = useState(idleSeconds);
  const warning = left <= WARNING_SECONDS;

  const stay = async () => {
    const answer = await api.session();
    if (answer.ok) {
      setDeadline(Date.now() + idleSeconds * 1000);
      setLeft(idleSeconds);
    } else if (answer.refusal.code === 'not-signed-in') onEnded();
  };

  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = Math.ceil((deadline - Date.now()) / 1000);
      setLeft(seconds);
      if (seconds <= 0) {
        void api.signOut();
        onEnded();
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [deadline, onEnded]);

  useEffect(() => {
    if (warning) dialog.current?.showModal();
    else dialog.current?.close();
  }, [warning]);

  useEffect(() => {
    let touched = Date.now();
    const active = () => {
      if (Date.now() - touched < TOUCH_EVERY_MS || dialog.current?.open) return;
      touched = Date.now();
      void api.session().then((answer) => {
        if (answer.ok) setDeadline(Date.now() + idleSeconds * 1000);
        else if (answer.refusal.code === 'not-signed-in') onEnded();
      });
    };
    window.addEventListener('pointerdown', active, { passive: true });
    window.addEventListener('keydown', active);
    return () => {
      window.removeEventListener('pointerdown', active);
      window.removeEventListener('keydown', active);
    };
  }, [idleSeconds, onEnded]);

  const clock = `${Math.floor(Math.max(0, left) / 60)}:${String(Math.max(0, left) % 60).padStart(2, '0')}`;
  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby="idle-title" onCancel={() => void stay()}>
      <h2 id="idle-title">{t('idle.title')}</h2>
      <p>{t('idle.text', { time: clock })}</p>
      <button type="button" className="button primary" onClick={() => void stay()}>
        {t('idle.stay')}
      </button>
    </dialog>
  );
}
