const listeners = new Set<() => void>();

/** The server no longer knows who we are: whoever shows patient data must clear it. */
export function tellSessionEnded(): void {
  for (const listener of listeners) listener();
}

/** Returns the way to stop listening. */
export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
