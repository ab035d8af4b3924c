/** What a person wants to write. */
export type ComposeIntent =
  | { kind: 'new' }
  | { kind: 'reply' | 'reply-all' | 'forward' | 'draft'; emailId: string };

const kinds = ['reply-all', 'reply', 'forward', 'draft'] as const;

/** The intent in the address: `?compose=new`, `?compose=reply-…`. */
export function parseIntent(value: string | null): ComposeIntent | null {
  if (value === null || value === '') return null;
  if (value === 'new') return { kind: 'new' };
  const kind = kinds.find((candidate) => value.startsWith(`${candidate}-`));
  return kind === undefined ? null : { kind, emailId: value.slice(kind.length + 1) };
}

export function formatIntent(intent: ComposeIntent): string {
  return intent.kind === 'new' ? 'new' : `${intent.kind}-${intent.emailId}`;
}
