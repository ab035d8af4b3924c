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
  readonly keyring: Pick<Keyring, 'seal' | 'openText'>;
  readonly policy: Pick<PolicyModule, 'saveDecision'>;
}

const purpose = 'protection.receipt.recipient';
const keyPurpose = 'protection.receipt.key';

/** Keeps the choices for the deliveries of one message, in the transaction that makes the deliveries. */
export async function saveReceipts(
  tx: Tx,
  ports: ReceiptPorts,
  { organizationId, messageId, decision, receipts }: NewReceipts,
): Promise<void> {
  await ports.policy.saveDecision(tx, { organizationId, messageId, decision });
  const findings = new Map<string, { id: Buffer; json: string }>();
  const rows = await Promise.all(
    receipts.map(async ({ deliveryId, choice }): Promise<ReceiptRow> => {
      const finding = toFinding({ candidates: choice.candidates, evidence: choice.evidence });
      findings.set(finding.id.toString('hex'), finding);
      return {
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
  await insertFindings(tx, organizationId, [...findings.values()]);
  await insertReceipts(tx, { organizationId, messageId, decidedAt: ports.clock.now() }, rows);
}

/** The latest receipt of each delivery that has any. */
export async function readReceipts(
  tx: Tx,
  { keyring }: Pick<ReceiptPorts, 'keyring'>,
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

function toFinding(finding: Finding): { id: Buffer; json: string } {
  const json = JSON.stringify(finding);
  return { id: createHash('sha256').update(json).digest(), json };
}
