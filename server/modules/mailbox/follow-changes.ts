import type { Tx } from '#platform/database/database.ts';
import {
  changesAnswer,
  changesWindow,
  JmapMethodError,
  mailCapability,
  readChangesArguments,
  submissionCapability,
  type Change,
} from '#protocols/jmap/index.ts';
import type { AccountRef, Kind } from './account.ts';
import {
  selectEmailChanges,
  selectFolderChanges,
  selectSubmissionChanges,
  selectThreadChanges,
  type FolderChange,
} from './find-changes.ts';
import { readStates, requireAccount, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';

type Select<C extends Change> = (
  tx: Tx,
  account: AccountRef,
  span: { since: number; until: number; limit: number },
) => Promise<C[]>;

/** The /changes methods of an account. RFC 8620 §5.2, RFC 8621 §2.2. */
export function followChanges(ports: MailboxPorts): MailMethod[] {
  function method<C extends Change>(
    name: string,
    capability: string,
    kind: Kind,
    select: Select<C>,
    more: (changes: readonly C[]) => Record<string, string[] | null> = () => ({}),
  ): MailMethod {
    return {
      name,
      capability,
      async run({ args, context }) {
        const request = readChangesArguments(args);
        const account = requireAccount(context, request.accountId);
        return ports.database.inTenant(account.organizationId, async (tx) => {
          const until = (await readStates(tx, ports, account))[kind];
          const changes = await select(tx, account, {
            since: request.since,
            until,
            limit: request.maxChanges + 1,
          });
          const window = changesWindow(request, changes, until);
          return {
            args: { ...changesAnswer(request, window), ...more(changes.slice(0, request.maxChanges)) },
          };
        });
      },
    };
  }

  const counts = ['totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads'];
  const onlyCounts = (changes: readonly FolderChange[]) => ({
    updatedProperties: changes.some((change) => change.kind === 'updated' && !change.onlyCounts)
      ? null
      : counts,
  });
  return [
    method('Mailbox/changes', mailCapability, 'mailbox', selectFolderChanges, onlyCounts),
    method('Email/changes', mailCapability, 'email', selectEmailChanges),
    method('Thread/changes', mailCapability, 'thread', selectThreadChanges),
    method('EmailSubmission/changes', submissionCapability, 'submission', selectSubmissionChanges),
    ...['Mailbox/queryChanges', 'Email/queryChanges', 'EmailSubmission/queryChanges'].map(alwaysAskAgain),
  ];
}

/** RFC 8620 §5.6 lets a server that cannot tell how a query changed say so: the client asks again. */
function alwaysAskAgain(name: string): MailMethod {
  return {
    name,
    capability: name.startsWith('EmailSubmission') ? submissionCapability : mailCapability,
    run: async () => {
      throw new JmapMethodError('cannotCalculateChanges');
    },
  };
}
