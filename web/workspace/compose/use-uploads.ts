import { useCallback, useEffect, useRef, useState } from 'react';
import { uploadAttachment } from '../../api/mail/blobs.ts';
import type { Attachment } from '../../api/mail/draft.ts';
import { useLatest } from '../../ui/use-latest.ts';

/** A file on its way. */
export interface Upload {
  key: number;
  file: File;
  /** 0 to 1 */
  progress: number;
  failed: boolean;
}

interface Uploads {
  uploads: readonly Upload[];
  add: (files: Iterable<File>) => void;
  retry: (upload: Upload) => void;
  cancel: (upload: Upload) => void;
}

/** Uploads files as soon as they are chosen, and hands over each that arrived. */
export function useUploads(onDone: (attachment: Attachment) => void): Uploads {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const aborts = useRef(new Map<number, AbortController>());
  const counter = useRef(0);
  const done = useLatest(onDone);

  const patch = useCallback((key: number, change: Partial<Upload>) => {
    setUploads((all) => all.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)));
  }, []);
  const drop = useCallback(
    (key: number) => setUploads((all) => all.filter((upload) => upload.key !== key)),
    [],
  );

  const start = useCallback(
    (key: number, file: File) => {
      const abort = new AbortController();
      aborts.current.set(key, abort);
      uploadAttachment(file, (progress) => patch(key, { progress }), abort.signal)
        .then((attachment) => {
          drop(key);
          done.current(attachment);
        })
        .catch(() => patch(key, { failed: true }))
        .finally(() => aborts.current.delete(key));
    },
    [patch, drop, done],
  );

  useEffect(() => {
    const running = aborts.current;
    return () => {
      for (const abort of running.values()) abort.abort();
    };
  }, []);

  return {
    uploads,
    add: (files) => {
      for (const file of files) {
        const key = (counter.current += 1);
        setUploads((all) => [...all, { key, file, progress: 0, failed: false }]);
        start(key, file);
      }
    },
    retry: ({ key, file }) => {
      patch(key, { failed: false, progress: 0 });
      start(key, file);
    },
    cancel: ({ key }) => {
      aborts.current.get(key)?.abort();
      drop(key);
    },
  };
}
