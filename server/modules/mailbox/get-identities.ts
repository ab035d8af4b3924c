import { createHash } from 'node:crypto';
import {
  getAnswer,
  JmapMethodError,
  pickProperties,
  readArguments,
  submissionCapability,
  Id,
} from '#protocols/jmap/index.ts';
import * as z from 'zod';
import { findOwner, type MailIdentity } from './identity.ts';
import { requireAccount, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { readGet } from './read-get.ts';

const properties = ['id', 'name', 'email', 'replyTo', 'bcc', 'textSignature', 'htmlSignature', 'mayDelete'];

/** Identity/get and /changes. RFC 8621 §6. Addresses are given by the administrator: clients cannot change them. */
export function getIdentities(ports: MailboxPorts): MailMethod[] {
  return [
    {
      name: 'Identity/get',
      capability: submissionCapability,
      async run(call) {
        const { account, selection } = readGet(call, properties);
        const owner = await ports.database.inTenant(account.organizationId, (tx) =>
          findOwner(tx, ports, account),
        );
        const identities = owner?.identities ?? [];
        const list = identities
          .filter(({ id }) => selection.ids === null || selection.ids.includes(id))
          .map((identity) => pickProperties(identityObject(identity), selection.properties));
        return { args: getAnswer(account.userId, stateOf(identities), selection, list) };
      },
    },
    {
      name: 'Identity/changes',
      capability: submissionCapability,
      async run({ args, context }) {
        const { accountId, sinceState } = readArguments(Changes, args);
        const account = requireAccount(context, accountId);
        const owner = await ports.database.inTenant(account.organizationId, (tx) =>
          findOwner(tx, ports, account),
        );
        const newState = stateOf(owner?.identities ?? []);
        if (newState !== sinceState) throw new JmapMethodError('cannotCalculateChanges');
        const none: string[] = [];
        return {
          args: {
            accountId,
            oldState: sinceState,
            newState,
            hasMoreChanges: false,
            created: none,
            updated: none,
            destroyed: none,
          },
        };
      },
    },
  ];
}

const Changes = z.strictObject({
  accountId: Id,
  sinceState: z.string(),
  maxChanges: z.int().min(1).nullish(),
});

function identityObject(identity: MailIdentity) {
  return { ...identity, replyTo: null, bcc: null, textSignature: '', htmlSignature: '', mayDelete: false };
}

/** Identities are few and hardly change: their state is what they are. */
function stateOf(identities: readonly MailIdentity[]): string {
  return createHash('sha256').update(JSON.stringify(identities)).digest('base64url').slice(0, 22);
}
