import type { Clock } from '#platform/clock/clock.ts';
import type { ValidationDoubt, ValidationProof } from '#platform/dns/index.ts';
import type { Logger } from '#platform/log/log.ts';

/** Whether DANE can be used: only while the resolver shows that it validates (RFC 7672 §2.1.1). */
export interface DaneSwitch {
  /** Null when it can; else why not. Asks the resolver at first, and again every ten minutes. */
  doubt(): Promise<ValidationDoubt | null>;
}

const againMs = 10 * 60_000;
/** Nobody could say: asked again sooner. */
const soonMs = 60_000;

export function createDaneSwitch(ports: {
  readonly clock: Clock;
  readonly log: Logger;
  prove(): Promise<ValidationProof>;
}): DaneSwitch {
  let known: { readonly proof: ValidationProof; readonly until: number } | undefined;
  let asking: Promise<ValidationProof> | undefined;

  async function ask(): Promise<ValidationProof> {
    const answered = await ports.prove();
    const before = known?.proof;
    // The known names are other people's: that they do not answer takes back no proof.
    const unheard = !answered.validates && answered.because === 'no-answer';
    const proof = unheard && before?.validates === true ? before : answered;
    if (JSON.stringify(proof) !== JSON.stringify(before)) tell(proof);
    known = { proof, until: ports.clock.now().getTime() + (unheard ? soonMs : againMs) };
    return proof;
  }

  function tell(proof: ValidationProof): void {
    if (proof.validates) ports.log.info('protection.dane-on', {});
    else ports.log.warn('protection.dane-off', { code: proof.because });
  }

  return {
    async doubt() {
      const now = ports.clock.now().getTime();
      if (known === undefined || known.until <= now) {
        asking ??= ask().finally(() => (asking = undefined));
        await asking;
      }
      return known === undefined || known.proof.validates ? null : known.proof.because;
    },
  };
}
