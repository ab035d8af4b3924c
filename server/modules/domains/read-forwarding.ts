import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import { isRewritten } from '#protocols/srs/index.ts';
import { tlsReportSender } from '#protocols/tls-rpt/index.ts';
import { DomainsError } from './errors.ts';
import { mostEnds, mostSteps, type RoadFault } from './forwarding.ts';

function read(text: string): { address: string; local: string; domain: string } {
  const parsed = parseAddress(text.trim());
  if (parsed === null || parsed.domain.startsWith('['))
    throw new DomainsError(
      'invalid-address',
      `${text.trim().slice(0, 254)} is not an email address. It needs a name, an @ and a domain.`,
    );
  return parsed;
}

/** Of our own mail; what comes there is read by the server itself. */
const returnPath = /^bounces\+/i;

/** The address that forwards. Throws DomainsError 'invalid-address'. */
export function readSource(text: string): { address: string; domain: string } {
  const { address, local, domain } = read(text);
  if (isRewritten(local) || returnPath.test(local) || local.toLowerCase() === tlsReportSender)
    throw new DomainsError(
      'invalid-address',
      'What comes to this address is read by the server itself. Choose another one.',
    );
  return { address, domain };
}

/** Where it forwards to. Throws DomainsError 'invalid-address' and 'forwarding-loop'. */
export function readTargets(given: readonly string[], source: string): string[] {
  const targets = given.map((each) => read(each).address);
  const seen = new Set<string>();
  for (const target of targets) {
    const key = normalizeAddress(target);
    if (key === normalizeAddress(source))
      throw new DomainsError(
        'forwarding-loop',
        'An address cannot forward to itself. To keep the mail here too, keep a copy.',
      );
    if (seen.has(key)) throw new DomainsError('invalid-address', `${target} is named twice.`);
    seen.add(key);
  }
  return targets;
}

const faults: Record<RoadFault, string> = {
  loop: 'Mail would come back to an address that it was at before. Name other targets.',
  'too-long': `Mail may pass ${mostSteps} forwarding addresses one after another at most. Name the last targets themselves.`,
  'too-many': `One message would go to more than ${mostEnds} addresses. Name fewer.`,
};

/** Throws DomainsError 'forwarding-loop'. */
export function refuseFault(fault: RoadFault | null): void {
  if (fault !== null) throw new DomainsError('forwarding-loop', faults[fault]);
}
