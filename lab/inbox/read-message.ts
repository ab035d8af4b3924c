import PostalMime, { type Address } from 'postal-mime';
import type { LabPartners } from '../partners/lab-partners.ts';
import type { LabMessage } from './lab-message.ts';

/** A received message as a person at the other end would see it. */
export interface ReadMessage {
  readonly subject: string;
  /** As the header says it. */
  readonly from: string;
  readonly text: string;
  /** http and https only. */
  readonly links: readonly string[];
  /** One-time codes: six digits that stand alone. */
  readonly codes: readonly string[];
  /** It came encrypted, and was opened with the recipient's own key. */
  readonly decrypted: boolean;
  readonly attachments: readonly { readonly filename: string; readonly size: number }[];
}

/** An http or https link in plain text, without the full stop that ends its sentence. */
export const webLink = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/g;

/** Total: what cannot be read is shown as plain text. */
export async function readMessage(
  message: LabMessage,
  partners: Pick<LabPartners, 'open'> = { open: async () => null },
): Promise<ReadMessage> {
  const opened = await partners.open(message);
  const email = await PostalMime.parse(opened ?? message.raw).catch(() => null);
  const decrypted = opened !== null;
  if (email === null)
    return {
      decrypted,
      subject: '',
      from: '',
      text: message.raw.toString('utf8'),
      links: [],
      codes: [],
      attachments: [],
    };
  const text = email.text ?? (email.html ?? '').replaceAll(/<[^>]*>/g, ' ');
  return {
    decrypted,
    subject: email.subject ?? '',
    from: nameAndAddress(email.from),
    text,
    links: [...new Set(text.match(webLink) ?? [])],
    codes: [...new Set(text.match(/(?<![\w/.-])\d{6}(?![\w/.-])/g) ?? [])],
    attachments: email.attachments.map(({ filename, content }) => ({
      filename: filename ?? 'attachment',
      size: typeof content === 'string' ? content.length : content.byteLength,
    })),
  };
}

function nameAndAddress(from: Address | undefined): string {
  const { name, address = '' } = from ?? { name: '' };
  return name === '' ? address : `${name} <${address}>`;
}
