import { BlobError } from '#platform/blobs/index.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import type { IntakeReceipt, MessageIntake } from '#modules/messages/index.ts';
import type { ContentSink, SmtpReply } from '#protocols/smtp/index.ts';
import { replyToFailure } from './replies.ts';

export interface IntakeSinkOptions {
  readonly intake: MessageIntake;
  /** Why the header is not acceptable; asked again and again, null as long as it is. */
  readonly refusal: () => SmtpReply | null;
  /** Stores the message; the reply is what the sender hears, and 2xx only after the commit. */
  readonly store: (receipt: IntakeReceipt) => Promise<SmtpReply>;
  readonly discard: (receipt: IntakeReceipt) => Promise<void>;
  /** For the log. */
  readonly onError: (error: unknown) => void;
}

/** Content from SMTP into an encrypted intake. Whatever goes wrong, nothing half-taken stays. */
export function createIntakeSink({
  intake,
  refusal,
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
      if (refusal() === null) return intake.write(chunk);
    },
    async finish() {
      let receipt: IntakeReceipt;
      try {
        receipt = await intake.finish();
      } catch (error) {
        return refusal() ?? explain(error);
      }
      const refused = refusal();
      try {
        if (refused === null) return await store(receipt);
      } catch (error) {
        // A commit whose answer was lost may have happened: then the blob belongs to a stored message.
        if (!(error instanceof DatabaseUnavailable)) await discard(receipt).catch(onError);
        return explain(error);
      }
      await discard(receipt).catch(onError);
      return refused;
    },
    abort() {
      intake.abort().catch(onError);
    },
  };
}
