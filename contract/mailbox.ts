import * as z from 'zod';
import { endpoint } from './endpoint.ts';

/**
 * Staff mail speaks JMAP (RFC 8620, RFC 8621). Its resources are listed here so that every address of the
 * server is in one place; what goes through them is described by those documents, not by schemas.
 */
const JmapObject = z.record(z.string(), z.unknown());

/** Largest file that can be handed in, bytes. */
export const uploadLimitBytes = 25 * 1024 * 1024;
/** Largest JMAP request, bytes. */
export const jmapRequestLimitBytes = 10_000_000;

export const getJmapSession = endpoint('GET /.well-known/jmap', {
  summary: 'The JMAP session: accounts, capabilities and where everything is',
  description: 'RFC 8620 §2.',
  tag: 'Mail',
  ok: JmapObject,
  errors: [],
  permission: 'message.read',
});

export const callJmap = endpoint('POST /jmap/api', {
  summary: 'Call JMAP methods',
  description:
    'Methods that change something need message.file, those that send message.send.internal or message.send.external too, as their recipients ask. RFC 8620 §3. Refusals of a whole request have the problem types of RFC 8620 §3.6.1.',
  tag: 'Mail',
  body: 'stream',
  bodyLimit: jmapRequestLimitBytes,
  ok: JmapObject,
  errors: [],
  permission: 'message.read',
});

export const uploadJmapBlob = endpoint('POST /jmap/upload/:accountId', {
  summary: 'Hand in a file for a draft',
  description:
    'RFC 8620 §6.1. The Content-Type is kept. A file that no message holds after a day is removed.',
  tag: 'Mail',
  params: z.object({ accountId: z.string().max(255) }),
  body: 'stream',
  bodyLimit: uploadLimitBytes,
  ok: JmapObject,
  status: 201,
  errors: ['not-found', 'too-large'],
  permission: 'message.file',
});

export const downloadJmapBlob = endpoint('GET /jmap/download/:accountId/:blobId/:name', {
  summary: 'Take out a message or one of its parts',
  description: 'RFC 8620 §6.2. Always as a file to save; never shown on this origin.',
  tag: 'Mail',
  params: z.object({
    accountId: z.string().max(255),
    blobId: z.string().max(255),
    name: z.string().max(512),
  }),
  query: z.object({ type: z.string().max(255).optional() }),
  ok: 'bytes',
  errors: ['not-found'],
  permission: 'message.read',
});

export const followJmapChanges = endpoint('GET /jmap/eventsource', {
  summary: 'Be told of changes as they happen',
  description:
    'RFC 8620 §7.3. Ends after some minutes, so that the caller is asked for anew; clients connect again.',
  tag: 'Mail',
  query: z.object({
    types: z.string().max(512).optional(),
    closeafter: z.string().max(16).optional(),
    ping: z.string().max(8).optional(),
  }),
  ok: 'events',
  errors: ['invalid-request'],
  permission: 'message.read',
});
