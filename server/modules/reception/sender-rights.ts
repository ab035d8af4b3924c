import type { AppPasswordId } from '#contract/ids.ts';
import type { SmtpUser } from '#modules/identity/index.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { ReceptionPorts } from './ports.ts';

/** How long a connection relies on what it knows of its user. */
const defaultKeepMs = 5_000;

/** What a signed-in user may send as, asked again every 5 s: connections outlive revocations. */
export class SenderRights {
  readonly user: SmtpUser;
  readonly #appPasswordId: AppPasswordId;
  readonly #ports: Pick<ReceptionPorts, 'database' | 'identity'>;
  #addresses: ReadonlySet<string> | null = null;
  readonly #keepMs: number;
  #until = 0;

  constructor(
    ports: Pick<ReceptionPorts, 'database' | 'identity'>,
    user: SmtpUser,
    appPasswordId: AppPasswordId,
    keepMs = defaultKeepMs,
  ) {
    this.#keepMs = keepMs;
    this.#ports = ports;
    this.user = user;
    this.#appPasswordId = appPasswordId;
  }

  /** Normalised addresses that the user may write as; null when the app password works no more. */
  async addresses(): Promise<ReadonlySet<string> | null> {
    if (performance.now() < this.#until) return this.#addresses;
    const { database, identity } = this.#ports;
    this.#addresses = await database.inTenant(this.user.organizationId, async (tx) => {
      const usable = await identity.usableAppPasswords(tx, [this.#appPasswordId]);
      if (!usable.has(this.#appPasswordId)) return null;
      return new Set((await identity.mailAddressesOf(tx, this.user.userId)).map(normalizeAddress));
    });
    this.#until = performance.now() + this.#keepMs;
    return this.#addresses;
  }
}
