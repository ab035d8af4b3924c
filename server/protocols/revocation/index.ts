export { findIssuer } from './find-issuer.ts';
export { statusByOcsp, writeOcspRequest } from './ocsp.ts';
export { statusByCrl } from './read-crl.ts';
export { readPointers, type Pointers } from './read-pointers.ts';
export { unknown, type RevocationStatus } from './status.ts';
