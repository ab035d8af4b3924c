import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { RecipientJourney } from '#contract/sending.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUuid } from '#platform/ids.ts';
import {
  defaultLimits,
  formatState,
  getAnswer,
  pickProperties,
  submissionCapability,
  type Json,
} from '#protocols/jmap/index.ts';
import { formatUtcDate } from './describe-emails.ts';
import { openEnvelope } from './finish-handover.ts';
import { readStates, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { readGet } from './read-get.ts';
import { recordReads } from './record-reads.ts';
import { selectSubmissions, type Submission } from './submission-store.ts';

const properties = [
  'id',
  'identityId',
  'emailId',
  'threadId',
  'envelope',
  'sendAt',
  'undoStatus',
  'deliveryStatus',
  'dsnBlobIds',
  'mdnBlobIds',
];

/** EmailSubmission/get. RFC 8621 §7.1. How delivery goes is told as `sending` tells it. */
export function getSubmissions(ports: MailboxPorts): MailMethod {
  return {
    name: 'EmailSubmission/get',
    capability: submissionCapability,
    async run(call) {
      const { account, selection } = readGet(call, properties);
      const messageIds = selection.ids === null ? null : (selection.ids.filter(isUuid) as MessageId[]);
      return ports.database.inTenant(account.organizationId, async (tx) => {
        const states = await readStates(tx, ports, account);
        const submissions = await selectSubmissions(tx, account, messageIds, defaultLimits.maxObjectsInGet);
        if (selection.properties.has('envelope') || selection.properties.has('deliveryStatus')) {
          await recordReads(
            tx,
            ports,
            call.context,
            submissions.map(({ messageId }) => messageId),
            'listed',
          );
        }
        const list = [];
        for (const submission of submissions) {
          const object = await submissionObject(
            tx,
            ports,
            account.organizationId,
            submission,
            selection.properties,
          );
          list.push(pickProperties(object, selection.properties));
        }
        return { args: getAnswer(account.userId, formatState(states.submission), selection, list) };
      });
    },
  };
}

async function submissionObject(
  tx: Tx,
  ports: MailboxPorts,
  organizationId: OrganizationId,
  submission: Submission,
  wanted: ReadonlySet<string>,
) {
  const { messageId } = submission;
  return {
    id: messageId,
    identityId: submission.identityId,
    emailId: messageId,
    threadId: submission.threadId,
    envelope: wanted.has('envelope')
      ? await envelopeOf(ports, organizationId, submission.envelopeSealed)
      : null,
    sendAt: formatUtcDate(submission.sentAt),
    undoStatus: 'final',
    deliveryStatus: wanted.has('deliveryStatus')
      ? deliveryStatus(await ports.sending.timeline(tx, organizationId, messageId))
      : null,
    dsnBlobIds: [],
    mdnBlobIds: [],
  };
}

async function envelopeOf(
  { keyring }: MailboxPorts,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<Json> {
  const { mailFrom, rcptTo } = await openEnvelope(keyring, organizationId, sealed);
  const address = (email: string) => ({ email, parameters: null });
  return { mailFrom: address(mailFrom), rcptTo: rcptTo.map(address) };
}

/** Null until ways were chosen for the recipients. */
function deliveryStatus(journeys: readonly RecipientJourney[]): Json {
  if (journeys.length === 0) return null;
  return Object.fromEntries(journeys.map((journey) => [journey.address, recipientStatus(journey)]));
}

/** RFC 8621 §7: what our states are in the words of JMAP, and our own beside them. */
function recipientStatus({ state, reason, protection }: RecipientJourney): Json {
  return {
    ...inJmap(state),
    'carepost:state': state,
    'carepost:reason': reason,
    'carepost:protection': protection,
  };
}

function inJmap(state: RecipientJourney['state']): {
  smtpReply: string;
  delivered: string;
  displayed: string;
} {
  switch (state) {
    case 'held':
    case 'queued':
    case 'attempting':
    case 'deferred':
      return { smtpReply: '250 2.0.0 accepted, on its way', delivered: 'queued', displayed: 'unknown' };
    case 'offered':
    case 'notified':
      return { smtpReply: '250 2.0.0 waiting in the portal', delivered: 'queued', displayed: 'unknown' };
    case 'uncertain':
      return {
        smtpReply: '451 4.4.2 connection lost after the message',
        delivered: 'unknown',
        displayed: 'unknown',
      };
    case 'delivered':
      return { smtpReply: '250 2.0.0 delivered', delivered: 'yes', displayed: 'unknown' };
    case 'opened':
    case 'replied':
      return { smtpReply: '250 2.0.0 opened in the portal', delivered: 'yes', displayed: 'yes' };
    case 'bounced':
      return { smtpReply: '550 5.0.0 refused', delivered: 'no', displayed: 'unknown' };
    case 'expired':
      return { smtpReply: '550 5.4.7 expired', delivered: 'no', displayed: 'unknown' };
    case 'revoked':
      return { smtpReply: '550 5.7.1 taken back by the sender', delivered: 'no', displayed: 'unknown' };
    case 'blocked':
      return { smtpReply: '550 5.7.1 stopped by a rule', delivered: 'no', displayed: 'unknown' };
  }
}
