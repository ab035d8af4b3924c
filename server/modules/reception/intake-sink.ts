import { BlobError } from '#platform/blobs/index.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import type { IntakeReceipt, LastFields, MessageIntake } from '#modules/messages/index.ts';
import type { Scan, ScanVerdict } from '#protocols/clamd/index.ts';
import type { ContentSink, SmtpReply } from '#protocols/smtp/index.ts';
import { notScanned, replyToFailure } from './replies.ts';

export interface IntakeSinkOptions {
  readonly intake: MessageIntake;
  /** Why the header is not acceptable; asked again and again, null as long as it is. */
  readonly refusal: () => SmtpReply | null;
  /** Fields that only the end can tell, asked for when all of it has come; not when it is refused already. */
  readonly lastFields: () => Promise<LastFields>;
  /** Looks at the content for viruses while it comes in; null where nothing does. */
  readonly scan: Scan | null;
  /** Stores the message; the reply is what the sender hears, and 2xx only after the commit. `virus`: the signature that was found. */
  readonly store: (receipt: IntakeReceipt, virus: string | null) => Promise<SmtpReply>;
  readonly discard: (receipt: IntakeReceipt) => Promise<void>;
  /** For the log. */
  readonly onError: (error: unknown) => void;
}

/** Content from SMTP into an encrypted intake. Whatever goes wrong, nothing half-taken stays. */
export function createIntakeSink({
  intake,
  refusal,
  lastFields,
  scan,
  store,
  discard,
  onError,
}: IntakeSinkOptions): ContentSink {
  async function explain(error: unknown): Promise<SmtpReply> {
    const reply = replyToFailure(error);
    if (error instanceof BlobError) onError(error); // the administrator has to know why
    if (reply === null) throw error; // the engine answers 451 and reports it
    return reply;
  }

  return {
    write(chunk) {
      if (refusal() !== null) return;
      if (scan === null) return intake.write(chunk);
      const waiting = [intake.write(chunk), scan.write(chunk)].filter((each) => each !== undefined);
      if (waiting.length > 0) return Promise.all(waiting).then(() => undefined);
    },
    async finish() {
      let receipt: IntakeReceipt;
      try {
        receipt = await intake.finish(() => (refusal() === null ? lastFields() : []));
      } catch (error) {
        scan?.abort();
        await intake.abort().catch(onError);
        return refusal() ?? explain(error);
      }
      const verdict: ScanVerdict =
        refusal() === null && scan !== null ? await scan.finish() : { kind: 'clean' };
      if (verdict.kind === 'failed') onError(new Error(verdict.because));
      const refused = refusal() ?? (verdict.kind === 'failed' ? notScanned : null);
      try {
        if (refused === null)
          return await store(receipt, verdict.kind === 'infected' ? verdict.signature : null);
      } catch (error) {
        // A commit whose answer was lost may have happened: then the blob belongs to a stored message.
        if (!(error instanceof DatabaseUnavailable)) await discard(receipt).catch(onError);
        return explain(error);
      }
      scan?.abort();
      await discard(receipt).catch(onError);
      return refused;
    },
    abort() {
      scan?.abort();
      intake.abort().catch(onError);
    },
  };
}
