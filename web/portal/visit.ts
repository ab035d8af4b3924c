const linkKey = 'carepost.link';
const drafts = new Map<string, string>();

/** What a visit keeps in this tab: the link it came by, and answers that are being written (in memory only). */
export const visit = {
  rememberLink(token: string): void {
    try {
      sessionStorage.setItem(linkKey, token);
    } catch {
      // Storage is switched off: coming back takes the link in the email.
    }
  },
  link(): string | null {
    try {
      return sessionStorage.getItem(linkKey);
    } catch {
      return null;
    }
  },
  forget(): void {
    drafts.clear();
    try {
      sessionStorage.removeItem(linkKey);
    } catch {
      // Nothing was kept.
    }
  },
  draft: (offerId: string) => drafts.get(offerId) ?? '',
  keepDraft(offerId: string, text: string): void {
    drafts.set(offerId, text);
  },
};
