import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { BodyHash, canonicalizeField, canonicalizeOwnField } from '../../server/protocols/dkim/index.ts';

/** Signs whole messages for one domain, with a key made here. */
export interface TestSigner {
  /** The TXT record of its key, at `<selector>._domainkey.<domain>`. */
  readonly record: string;
  /** DKIM-Signature on top; `fields` are the ones to sign, as they stand in the message. */
  sign(message: { readonly fields: readonly string[]; readonly body: string }): string;
}

export function testSigner(domain: string, selector: string): TestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  return {
    record: `v=DKIM1; k=ed25519; p=${key}`,
    sign({ fields, body }) {
      const hash = new BodyHash('relaxed');
      hash.write(Buffer.from(body));
      const names = fields.map((field) => field.slice(0, field.indexOf(':'))).join(':');
      const bodyHash = hash.finish().digest.toString('base64');
      const own = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=${domain};\r\n s=${selector}; h=${names}; bh=${bodyHash}; b=`;
      const data = fields.map((field) => canonicalizeField(field, 'relaxed')).join('');
      const digest = createHash('sha256')
        .update(data + canonicalizeOwnField(own, 'relaxed'))
        .digest();
      const lines = fields.map((field) => `${field}\r\n`).join('');
      return `${own}${sign(null, digest, privateKey).toString('base64')}\r\n${lines}\r\n${body}`;
    },
  };
}
