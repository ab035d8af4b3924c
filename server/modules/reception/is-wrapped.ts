import type { HeaderSection } from '#protocols/mime/index.ts';

const wrapped =
  /^\s*(?:\([^()]*\)\s*)*(?:multipart\/(?:signed|encrypted)|application\/(?:x-)?pkcs7-mime)\s*(?:;|\(|$)/i;

/** Whether a message says that it is signed or encrypted as a whole (RFC 1847, RFC 3156, RFC 8551). */
export function isWrapped(section: HeaderSection): boolean {
  return section.fields.some(({ key, value }) => key === 'content-type' && wrapped.test(value));
}
