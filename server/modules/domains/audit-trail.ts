import type { Tx } from '#platform/database/database.ts';
import type { Audit, Doer } from '#modules/audit/index.ts';
import type { DkimKey, DkimKeyState } from './dkim-key.ts';
import type { Domain } from './domain.ts';
import type { Forwarding } from './forwarding.ts';

type Recorder = Pick<Audit, 'record'>;

export function domainAdded(audit: Recorder, tx: Tx, by: Doer, domain: Domain): Promise<void> {
  return record(audit, tx, by, domain, 'domain.added', { name: domain.name, state: domain.state });
}

export function domainProven(audit: Recorder, tx: Tx, by: Doer, domain: Domain): Promise<void> {
  return record(audit, tx, by, domain, 'domain.proven', { name: domain.name });
}

/** Where mail for the domain goes from now on, and where it went. */
export function destinationChanged(
  audit: Recorder,
  tx: Tx,
  by: Doer,
  domain: Domain,
  before: Domain['destination'],
): Promise<void> {
  const words = (to: Domain['destination']): string =>
    to === null ? 'mailboxes here' : `${to.host}:${to.port}, recipients ${to.recipients}`;
  return record(audit, tx, by, domain, 'domain.destination-changed', {
    name: domain.name,
    before: words(before),
    after: words(domain.destination),
  });
}

/** A signing key was made, or is in another state. */
export function dkimKeyChanged(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  { organizationId, domainId, keyId, selector, algorithm }: DkimKey,
  to: 'created' | 'forced' | DkimKeyState,
): Promise<void> {
  return audit.record(tx, {
    organizationId,
    kind: `dkim-key.${to}`,
    actor,
    subject: { type: 'domain', id: domainId },
    fields: { keyId, selector, algorithm },
    ip,
  });
}

/** Mail for an address goes on to others from now on, to others than before, or not any more. */
export function forwardingChanged(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  { organizationId, forwardingId, address, targets, keepsCopy }: Forwarding,
  to: 'created' | 'changed' | 'deleted',
): Promise<void> {
  return audit.record(tx, {
    organizationId,
    kind: `forwarding.${to}`,
    actor,
    subject: { type: 'forwarding', id: forwardingId },
    fields: { address, targets, keepsCopy },
    ip,
  });
}

function record(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  { organizationId, domainId }: Domain,
  kind: string,
  fields: Record<string, string>,
): Promise<void> {
  const subject = { type: 'domain', id: domainId };
  return audit.record(tx, {
    organizationId,
    kind,
    actor,
    subject,
    fields,
    ip,
  });
}
