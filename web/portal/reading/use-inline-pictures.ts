import { useEffect, useState } from 'react';
import { attachmentUrl, type PortalMessage } from '../api.ts';

const none: Readonly<Record<string, string>> = {};

/** Pictures inside the text, by Content-ID, as addresses of this page; freed with it. */
export function useInlinePictures({ offerId, attachments }: PortalMessage): Readonly<Record<string, string>> {
  const [pictures, setPictures] = useState(none);
  useEffect(() => {
    const urls: string[] = [];
    let current = true;
    const load = async (cid: string, partId: string) => {
      const response = await fetch(attachmentUrl(offerId, partId), { credentials: 'same-origin' });
      if (!response.ok || !current) return;
      const url = URL.createObjectURL(await response.blob());
      urls.push(url);
      setPictures((before) => ({ ...before, [cid]: url }));
    };
    for (const { cid, partId, inline, contentType } of attachments) {
      if (inline && cid !== null && contentType.startsWith('image/')) void load(cid, partId).catch(() => {});
    }
    return () => {
      current = false;
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, [offerId, attachments]);
  return pictures;
}
