import type { ResultType } from '#protocols/tls-rpt/index.ts';

/** What a result type of RFC 8460 §4.3 means for an administrator. */
export const failureWords = {
  'starttls-not-supported': 'Our mail server did not offer encryption to them.',
  'certificate-host-mismatch': 'The certificate of our mail server is for another name.',
  'certificate-expired': 'The certificate of our mail server had run out.',
  'certificate-not-trusted':
    'The certificate of our mail server comes from an authority that they do not trust.',
  'validation-failure': 'The connection could not be proven secure.',
  'tlsa-invalid': 'Our TLSA records do not fit the certificate of our mail server.',
  'dnssec-invalid': 'The DNSSEC signatures of our domain were wrong.',
  'dane-required': 'They require DANE, and our domain does not offer it.',
  'sts-policy-fetch-error': 'They could not fetch our MTA-STS policy.',
  'sts-policy-invalid': 'They could not read our MTA-STS policy.',
  'sts-webpki-invalid': 'The certificate of our MTA-STS web server was not valid to them.',
} as const satisfies Record<ResultType, string>;
