import type { OrganizationId } from '#contract/ids.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import { newId } from '#platform/ids.ts';
import { sealWith } from '#platform/keyring/aead.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { FooterStream } from '#protocols/footer/index.ts';
import {
  editHeaders,
  formatField,
  HeaderCollector,
  parseHeaderSection,
  readEssentialHeaders,
  type HeaderEdit,
  type HeaderSection,
} from '#protocols/mime/index.ts';
import { blobKeyOf, sealedAs } from './content-names.ts';
import { ContentSink } from './content-sink.ts';
import type { MessagesError } from './errors.ts';
import { headerRefusal, tooLarge } from './intake-refusal.ts';
import { summaryOf, type ContentId, type IntakeReceipt } from './message.ts';

export interface IntakeOptions {
  /** Largest message in bytes as it comes in. */
  readonly limitBytes: number;
  /**
   * Called once, when the header section is complete and before anything is stored: what to take out
   * and to put on top. This is where Bcc and our own control fields go. `raw` holds the bytes that `header`
   * describes: copy what is needed later.
   */
  readonly editHeader?: (header: HeaderSection, raw: Buffer) => HeaderEdit;
  /** Sees the body's bytes as they come, after `editHeader`. Must be done with them when it returns. */
  readonly onBody?: (chunk: Buffer) => void;
  /** The organisation's text under what its people send; none where it is empty. */
  readonly footer?: string;
}

/** Fields to put on top that only the end could tell, in this order. */
export type LastFields = NonNullable<HeaderEdit['prepend']>;

/** One message on its way in. Memory: at most 384 KiB, however large the message, and 2 MiB more with a footer. */
export interface MessageIntake {
  /** Why the message cannot be accepted any more, as soon as that is known; what is written after is dropped. */
  readonly refusal: MessagesError | null;
  /** Takes the next bytes. When it answers a promise, wait for it before the next write. Never rejects. */
  write(chunk: Buffer): void | Promise<void>;
  /** `last` is asked once the header was edited and all is accepted. Throws MessagesError 'too-large' or 'invalid-message', and BlobError when the blob store failed. */
  finish(last?: () => LastFields | Promise<LastFields>): Promise<IntakeReceipt>;
  /** Gives the message up and removes what was spilled. */
  abort(): Promise<void>;
}

export interface IntakePorts {
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
}

/** Encrypts a message while it arrives, under a data key of its own. Nothing of it is ever on disk in the clear. */
export function openIntake(
  ports: IntakePorts,
  organizationId: OrganizationId,
  options: IntakeOptions,
): MessageIntake {
  const contentId = newId<ContentId>();
  const dataKey = ports.keyring.createDataKey(organizationId);
  const key = dataKey.then((created) => created.key);
  key.catch(() => undefined); // told by finish
  const sink = new ContentSink({
    blobs: ports.blobs,
    blobKey: blobKeyOf(organizationId, contentId),
    key,
    sealedAs: sealedAs.content(contentId),
    leadSealedAs: sealedAs.lead(contentId),
  });
  const collector = new HeaderCollector();
  const footer = options.footer ? new FooterStream(options.footer) : null;
  let section: HeaderSection | null = null;
  let refusal: MessagesError | null = null;
  let received = 0;

  function refuse(reason: MessagesError): Promise<void> {
    refusal = reason;
    return sink.abort();
  }

  function keep(bytes: Buffer): void | Promise<void> {
    return sink.write(footer === null ? bytes : footer.push(bytes));
  }

  function takeBody(bytes: Buffer): void | Promise<void> {
    options.onBody?.(bytes);
    return keep(bytes);
  }

  function takeHeader(raw: Buffer): void | Promise<void> {
    const parsed = parseHeaderSection(raw);
    if (!parsed.ok) return refuse(headerRefusal(parsed.problem));
    section = parsed.section;
    const edit = options.editHeader?.(parsed.section, raw);
    if (edit === undefined) return keep(raw);
    const { bytes, result } = editHeaders(raw, parsed.section, edit);
    if (!result.ok) return refuse(headerRefusal(result.problem));
    section = result.section;
    return keep(bytes);
  }

  return {
    get refusal() {
      return refusal;
    },
    write(chunk) {
      if (refusal !== null) return;
      received += chunk.length;
      if (received > options.limitBytes) return refuse(tooLarge(options.limitBytes));
      if (section !== null) return takeBody(chunk);
      const collected = collector.push(chunk);
      if (collected.state === 'too-large') return refuse(headerRefusal('header-too-large'));
      if (collected.state === 'more') return;
      const waiting = takeHeader(collected.header);
      if (refusal !== null || collected.rest.length === 0) return waiting;
      const { rest } = collected;
      return waiting === undefined ? takeBody(rest) : waiting.then(() => takeBody(rest));
    },
    async finish(last) {
      if (refusal === null && section === null) await takeHeader(collector.collected());
      if (refusal !== null) throw refusal;
      if (footer !== null) await sink.write(footer.end());
      const headers = readEssentialHeaders(section ?? { fields: [], fieldsEnd: 0, bodyStart: 0 });
      const { key: messageKey, wrapped } = await dataKey;
      const fields = (await last?.()) ?? [];
      const lead = Buffer.concat(fields.map(({ name, value }) => formatField(name, value)));
      const sealed = await sink.finish(lead);
      const summary = Buffer.from(JSON.stringify(summaryOf(headers)));
      return {
        organizationId,
        contentId,
        sizeBytes: sink.length,
        headers,
        wrappedKey: wrapped,
        summary: sealWith(messageKey, sealedAs.summary(contentId), summary),
        ...sealed,
      };
    },
    abort: () => sink.abort(),
  };
}
