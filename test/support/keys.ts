import { after } from 'node:test';
import { createKeys, createSmime, type Keys, type KeysPorts } from '#modules/protection/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createOpenPgp } from '#protocols/openpgp/index.ts';

/** A real key directory; its thread starts when it is used, and ends with the tests. */
export function testKeys(
  ports: Omit<KeysPorts, 'log' | 'openpgp' | 'smime' | 'webKeys'>,
  webKeys: Partial<KeysPorts['webKeys']> = {},
): Keys {
  const keys = createKeys({
    ...ports,
    log: silentLogger,
    openpgp: createOpenPgp(),
    smime: createSmime(),
    webKeys: { port: 443, trusted: [], allowPrivate: true, ...webKeys },
  });
  after(() => keys.close());
  return keys;
}
