import { deepEqual, ok } from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { decryptContent, readCertificate } from './index.ts';

// No program of Debian 12 has X25519 in CMS. What follows was written by Bouncy Castle 1.87, which also opened what we
// write for the key: RFC 8418 with HKDF and SHA-256, AES-256 wrap, AES-256-CBC.
const key = Buffer.from(
  ['MC4CAQAwBQYDK2VuBCIEIBAnWGbUgX5GoLDJS/Ar5hFNp7HfjbY6RHPgFE4kVGJP'].join(''),
  'base64',
);
const certificate = Buffer.from(
  [
    'MIIBeDCCAR+gAwIBAgINAZ5Ljym1v22Q5kiqlDAKBggqhkjOPQQDAjAeMRwwGgYDVQQDExNUZXN0IG1haWwgYXV0aG9yaXR5',
    'MB4XDTI2MTEyMjE0NDMxN1oXDTI3MDkyMDE0NDMxN1owEzERMA8GA1UEAxMIQSBwZXJzb24wKjAFBgMrZW4DIQC9S6NKvRte',
    'VBKfHA93KV6qkW6APQJ/PbWV/xJWBR55PqN8MHowDgYDVR0PAQH/BAQDAgMIMBMGA1UdJQQMMAoGCCsGAQUFBwMEMBMGA1Ud',
    'EQQMMAqBCHhAeC50ZXN0MB0GA1UdDgQWBBR1a/Fuh6llnnyI7aPXs4iAiHAl2jAfBgNVHSMEGDAWgBQVpV2QiGnwPGOkyD7/',
    'iE+weBY0MDAKBggqhkjOPQQDAgNHADBEAiAsJkTZpCQdpgRST3lgjPabVwiqYTln4QdnK2Y88QTx/gIgf3eKXFOtgz8UNASZ',
    'GKg3JudoHZHKUyYZuJpRKDrwuUw=',
  ].join(''),
  'base64',
);
const enveloped = Buffer.from(
  [
    'MIAGCSqGSIb3DQEHA6CAMIACAQIxga+hgawCAQOgLKEqMAUGAytlbgMhAAXDteahVvIlrd3qEvcdaTTaa9S57JzEYpVvQCY+',
    'XZVoMBoGCyqGSIb3DQEJEAMTMAsGCWCGSAFlAwQBLTBdMFswLzAeMRwwGgYDVQQDExNUZXN0IG1haWwgYXV0aG9yaXR5Ag0B',
    'nkuPKbW/bZDmSKqUBChKJw+g3LysZddKTFJc16fBHPfB0Lm9U98ZjtPnUbzSSEmi41dxaaUnMIAGCSqGSIb3DQEHATAdBglg',
    'hkgBZQMEASoEEE5VgxWwAqIsQI0PRLW0CX2ggAQQaNvJgDLtXZ0zmbM2eO5TmwAAAAAAAAAAAAA=',
  ].join(''),
  'base64',
);

test('X25519 as another program writes it', async () => {
  const recipient = readCertificate(certificate);
  ok(recipient);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const result = await decryptContent(enveloped, [{ certificate: recipient, privateKey }]);
  ok(result.ok);
  deepEqual(result.content.toString(), 'from BC');
});
