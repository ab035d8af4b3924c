import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Email } from '../../api/jmap/types.ts';
import { readBlob } from '../../api/mail/blobs.ts';

const none: Readonly<Record<string, string>> = {};

/** Pictures that came with the message, by Content-ID, as addresses of this page. Freed when it closes. */
export function useInlineParts(email: Email): Readonly<Record<string, string>> {
  const parts = email.attachments.filter(
    (part) => part.cid !== null && part.type.startsWith('image/') && part.blobId !== null,
  );
  const { data } = useQuery({
    queryKey: ['mail', 'inline', email.id],
    enabled: parts.length > 0,
    gcTime: 0,
    staleTime: Infinity,
    queryFn: async () => {
      const entries = parts.map(async (part) => {
        const blob = await readBlob({ blobId: part.blobId ?? '', type: part.type });
        return [part.cid ?? '', URL.createObjectURL(blob)] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
  });
  useEffect(
    () => () => {
      for (const url of Object.values(data ?? none)) URL.revokeObjectURL(url);
    },
    [data],
  );
  return data ?? none;
}
