import type { CipherSetting, CipherView } from '#contract/keys.ts';
import type { Capabilities, ContentCipher } from '#protocols/cms/index.ts';

/** What decides the cipher of mail that is encrypted to a certificate. */
export interface CipherFacts {
  readonly cipherSetting: CipherSetting;
  /** As last signed by its owner's program; null: it never said. */
  readonly capabilities: Capabilities | null;
}

export interface ChosenCipher {
  readonly cipher: ContentCipher;
  readonly rsaTransport: 'oaep' | 'pkcs1';
  readonly because:
    | 'default' // nobody said anything
    | 'they-read-it'
    | 'they-read-no-other' // their program names CBC and not GCM
    | 'administrator';
}

const gcm = ['aes-256-gcm', 'aes-128-gcm'] as const satisfies readonly ContentCipher[];
const cbc = ['aes-256-cbc', 'aes-128-cbc'] as const satisfies readonly ContentCipher[];

/**
 * AES-256-GCM unless the owner's program says that it reads CBC and no GCM, or the administrator says so.
 * RFC 8551 §2.7.1. PKCS#1 v1.5 carries the key only where CBC is used and OAEP was not named: old programs read no other.
 */
export function chooseCipher({ cipherSetting, capabilities }: CipherFacts): ChosenCipher {
  const reads = (names: readonly ContentCipher[]) =>
    names.find((name) => capabilities?.ciphers.includes(name) === true);
  const [theirGcm, theirCbc] = [reads(gcm), reads(cbc)];
  const isSet = cipherSetting !== 'auto';
  const usesCbc = isSet ? cipherSetting === 'cbc' : theirGcm === undefined && theirCbc !== undefined;
  if (!usesCbc) {
    const because = isSet ? 'administrator' : theirGcm === undefined ? 'default' : 'they-read-it';
    return { cipher: theirGcm ?? 'aes-256-gcm', rsaTransport: 'oaep', because };
  }
  return {
    cipher: theirCbc ?? 'aes-256-cbc',
    rsaTransport: capabilities?.oaep === true ? 'oaep' : 'pkcs1',
    because: isSet ? 'administrator' : 'they-read-no-other',
  };
}

const words = {
  default: 'their program has not said what it reads',
  'they-read-it': 'which their program says that it reads',
  'they-read-no-other': 'since their program says that it reads no newer one',
  administrator: 'as an administrator decided for this certificate',
} as const satisfies Record<ChosenCipher['because'], string>;

export function describeCipher(facts: CipherFacts): CipherView {
  const { cipher, because } = chooseCipher(facts);
  return {
    setting: facts.cipherSetting,
    used: cipher,
    words: `With ${cipher.toUpperCase()}: ${words[because]}.`,
  };
}

/** What a receipt adds to its reason; empty where there is nothing unusual about the cipher. */
export function cipherReason(facts: CipherFacts): string {
  const { cipher, because } = chooseCipher(facts);
  return cipher.endsWith('cbc') ? ` With the older ${cipher.toUpperCase()}, ${words[because]}.` : '';
}
