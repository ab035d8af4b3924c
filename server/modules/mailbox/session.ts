import { createHash } from 'node:crypto';
import {
  defaultLimits,
  mailCapability,
  sessionObject,
  submissionCapability,
  type JsonObject,
} from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { carepostCapability } from './email-properties.ts';
import { mostFolders } from './email.ts';
import { folderLimits } from './folder.ts';
import { findOwner } from './identity.ts';
import type { MailboxPorts } from './ports.ts';
import { emailSortOptions } from './query-emails.ts';

/** What a client can name in `using` beside core. */
export const accountCapabilities = [mailCapability, submissionCapability, carepostCapability];

export interface DescribedSession {
  readonly object: JsonObject;
  readonly state: string;
}

/** The Session object of a user. RFC 8620 §2, RFC 8621 §1.3. Null when the user is gone. */
export async function describeSession(
  ports: MailboxPorts,
  account: AccountRef,
  isReadOnly: boolean,
): Promise<DescribedSession | null> {
  const owner = await ports.database.inTenant(account.organizationId, (tx) => findOwner(tx, ports, account));
  if (owner === undefined) return null;
  const { messageSizeLimit } = await ports.organizations.settingsOf(account.organizationId);
  const { userId } = account;
  const parts = {
    limits: defaultLimits,
    capabilities: Object.fromEntries(accountCapabilities.map((capability) => [capability, {}])),
    accounts: {
      [userId]: {
        name: owner.user.email,
        isPersonal: true,
        isReadOnly,
        accountCapabilities: {
          [mailCapability]: {
            maxMailboxesPerEmail: mostFolders,
            maxMailboxDepth: folderLimits.depth,
            maxSizeMailboxName: folderLimits.nameBytes,
            maxSizeAttachmentsPerEmail: messageSizeLimit,
            emailQuerySortOptions: emailSortOptions,
            mayCreateTopLevelMailbox: true,
          },
          [submissionCapability]: { maxDelayedSend: 0, submissionExtensions: {} },
          [carepostCapability]: {},
        },
      },
    },
    primaryAccounts: Object.fromEntries(accountCapabilities.map((capability) => [capability, userId])),
    username: owner.user.email,
    baseUrl: ports.publicUrl,
  };
  const state = stateOf(parts);
  return { object: sessionObject({ ...parts, state }), state };
}

/** Changes whenever the session does. */
function stateOf(parts: object): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
