import type { OrganizationId } from '#contract/ids.ts';
import type { KeyKind } from '#contract/keys.ts';
import { joinMessage, protectHeaders } from '#protocols/header-protection/index.ts';
import { normalizeAddress, parseHeaderSection, readEssentialHeaders } from '#protocols/mime/index.ts';
import { writeEncryptedEntity } from '#protocols/openpgp/index.ts';
import { isNeverAsked, type RevocationChecks } from './check-revocations.ts';
import { keyAddressIndex } from './key-seals.ts';
import type { KnownKey } from './known-key.ts';
import { keyInUse, keysOfAddresses, openKnownKey } from './known-keys.ts';
import { findSigningKey } from './own-key-store.ts';
import { openOwnKey, type OwnKey } from './own-keys.ts';
import type { KeysPorts } from './ports.ts';

export interface ToEncrypt {
  readonly organizationId: OrganizationId;
  readonly kind: KeyKind;
  /** One: a message is encrypted for each by itself, so that nobody sees for whom else it is. */
  readonly recipient: string;
  readonly content: Buffer;
}

export type Encrypted =
  | { readonly ok: true; readonly content: Buffer }
  | { readonly ok: false; readonly because: 'key-gone' | 'unreadable' | 'unchecked' | 'busy' };

type Ports = Pick<KeysPorts, 'database' | 'keyring' | 'clock' | 'openpgp' | 'smime'> & {
  readonly revocation: Pick<RevocationChecks, 'askFirst'>;
};

/**
 * Encrypts a message to the key of its recipient as it stands now, signed where its author has a key. The subject
 * shows outside as "[...]" (RFC 9788 §3.2.1). 'key-gone': there is no such key any more, or none that is good.
 * 'unchecked': its issuer is still being asked whether the certificate was revoked. 'busy': not now.
 */
export async function encryptMessage(
  ports: Ports,
  { organizationId, kind, recipient, content }: ToEncrypt,
): Promise<Encrypted> {
  const now = ports.clock.now();
  const parts = protectHeaders(content, 'cipher');
  if (parts === null) return { ok: false, because: 'unreadable' };
  const author = authorOf(content);
  const find = () =>
    ports.database.inTenant(organizationId, async (tx) => {
      const rows = (await keysOfAddresses(tx, ports, organizationId, [recipient])).get(recipient) ?? [];
      const used = keyInUse(rows, kind, now);
      const own =
        author === null
          ? undefined
          : await findSigningKey(tx, organizationId, {
              kind,
              addressIndex: await keyAddressIndex(ports.keyring, organizationId, author),
              now,
            });
      return {
        rows,
        to: used && (await openKnownKey(ports.keyring, used)),
        isAsked: used !== undefined && !isNeverAsked(used),
        signer: own === undefined ? null : await openOwnKey(ports.keyring, own),
      };
    });
  let found = await find();
  if (found.to !== undefined && !found.isAsked) {
    await ports.revocation.askFirst(found.rows);
    found = await find();
  }
  const { to, isAsked, signer } = found;
  if (to === undefined) return { ok: false, because: 'key-gone' };
  if (!isAsked) return { ok: false, because: 'unchecked' };
  const made = await make(ports, kind, { payload: parts.payload, to, signer, now });
  return made.ok ? { ok: true, content: joinMessage(parts.outerFields, made.content) } : made;
}

interface ToMake {
  readonly payload: Buffer;
  readonly to: KnownKey;
  readonly signer: OwnKey | null;
  readonly now: Date;
}

async function make(ports: Ports, kind: KeyKind, { payload, to, signer, now }: ToMake): Promise<Encrypted> {
  if (kind === 'smime') return ports.smime.encrypt(payload, { to, signer, now });
  const made = await ports.openpgp.run('encrypt', {
    content: payload,
    to: to.material,
    signWith: signer?.secret ?? null,
    at: now,
  });
  if (made.ok) return { ok: true, content: writeEncryptedEntity(made.answer) };
  const isKey = made.problem === 'key-unusable' || made.problem === 'unreadable';
  return { ok: false, because: isKey ? 'key-gone' : 'busy' };
}

/** Of the From field: there a reader looks for who signed. Null where there is more than one. */
export function authorOf(content: Buffer): string | null {
  const parsed = parseHeaderSection(content);
  if (!parsed.ok) return null;
  const { from } = readEssentialHeaders(parsed.section);
  const [only] = from;
  return only === undefined || from.length > 1 ? null : normalizeAddress(only.address);
}
