import { createHash } from 'node:crypto';
import type { DeliveryId, Id, OrganizationId } from '#contract/ids.ts';
import type { KeyEvidence } from '#contract/protection.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { PolicyModule } from '#modules/policy/index.ts';
import type { Finding, NewReceipts, Receipt } from './receipt.ts';
import { findReceipts, insertFindings, insertReceipts, type ReceiptRow } from './receipt-store.ts';

export interface ReceiptPorts {
  readonly clock: Clock;
  readonly keyring: Pick<Keyring, 'seal'>;
  readonly policy: Pick<PolicyModule, 'saveDecisions'>;
}

const purpose = 'protection.receipt.recipient';
const keyPurpose = 'protection.receipt.key';

/** Keeps the choices for the deliveries of messages of one organisation, in the transaction that makes the deliveries. */
export async function saveReceipts(
  tx: Tx,
  ports: ReceiptPorts,
  organizationId: OrganizationId,
  messages: readonly NewReceipts[],
): Promise<void> {
  const findings = new Map<string, { id: Buffer; json: string }>();
  const chosen = messages.flatMap(({ messageId, receipts }) =>
    receipts.map((receipt) => ({ messageId, ...receipt })),
  );
  const rows = await Promise.all(
    chosen.map(async ({ messageId, deliveryId, choice }): Promise<ReceiptRow> => {
      const finding = toFinding(findings, { candidates: choice.candidates, evidence: choice.evidence });
      return {
        messageId,
        deliveryId,
        receiptId: newId<Id<'receipt'>>(),
        recipient: await ports.keyring.seal(organizationId, purpose, choice.address),
        key:
          choice.key === null
            ? null
            : await ports.keyring.seal(organizationId, keyPurpose, JSON.stringify(choice.key)),
        verdict: choice.verdict,
        reason: choice.reason,
        findingId: finding.id,
      };
    }),
  );
  // None needs another's answer: all go out without waiting in between.
  await Promise.all([
    ports.policy.saveDecisions(
      tx,
      organizationId,
      messages.map(({ messageId, decision }) => ({ messageId, decision })),
    ),
    insertFindings(tx, organizationId, [...findings.values()]),
    insertReceipts(tx, organizationId, rows, ports.clock.now()),
  ]);
}

/** The latest receipt of each delivery that has any. */
export async function readReceipts(
  tx: Tx,
  { keyring }: { keyring: Pick<Keyring, 'openText'> },
  organizationId: OrganizationId,
  deliveryIds: readonly DeliveryId[],
): Promise<Map<DeliveryId, Receipt>> {
  const stored = await findReceipts(tx, organizationId, deliveryIds);
  const opened = stored.map(async ({ recipient, key, finding, ...rest }): Promise<[DeliveryId, Receipt]> => {
    const address = await keyring.openText(organizationId, purpose, recipient);
    // Authenticated: nobody but us can have sealed it, so its shape is ours.
    const opened =
      key === null
        ? null
        : (JSON.parse(await keyring.openText(organizationId, keyPurpose, key)) as KeyEvidence);
    return [rest.deliveryId, { ...rest, ...finding, recipient: address, key: opened }];
  });
  return new Map(await Promise.all(opened));
}

/** Most recipients share what was found: it is hashed once. `known` is by its JSON. */
function toFinding(
  known: Map<string, { id: Buffer; json: string }>,
  finding: Finding,
): { id: Buffer; json: string } {
  const json = JSON.stringify(finding);
  const made = known.get(json) ?? { id: createHash('sha256').update(json).digest(), json };
  known.set(json, made);
  return made;
}
