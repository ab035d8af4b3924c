import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMaySend } from '../session/session-context.ts';
import { ComposeSkeleton } from './compose-skeleton.tsx';
import { formatIntent, parseIntent, type ComposeIntent } from './intent.ts';
import { useCompose } from './use-compose.ts';

const ComposeWindow = lazy(async () => ({ default: (await import('./compose-window.tsx')).ComposeWindow }));

/** Shows the window for writing that the address asks for. The editor is loaded when it is first needed. */
export function ComposeHost() {
  const [params] = useSearchParams();
  const compose = useCompose();
  const maySend = useMaySend();
  const asked = params.get('compose');
  const [open, setOpen] = useState<{ key: number; intent: ComposeIntent } | null>(null);
  const shown = useRef<string | null>(null);
  const opener = useRef<Element | null>(null);

  useEffect(() => {
    if (asked === shown.current) return;
    if (shown.current === null) opener.current = document.activeElement;
    // Closed: the keyboard goes on where it was.
    if (asked === null && opener.current instanceof HTMLElement) opener.current.focus();
    shown.current = asked;
    const intent = parseIntent(asked);
    setOpen((before) => (intent ? { key: (before?.key ?? 0) + 1, intent } : null));
  }, [asked]);

  if (!open || !maySend) return null;
  return (
    <Suspense fallback={<ComposeSkeleton />}>
      <ComposeWindow
        key={open.key}
        intent={open.intent}
        onSavedAs={(emailId) => {
          // A reload must find the draft, without this window starting over.
          const intent = { kind: 'draft', emailId } as const;
          shown.current = formatIntent(intent);
          compose.rename(intent);
        }}
        onClose={compose.close}
      />
    </Suspense>
  );
}
