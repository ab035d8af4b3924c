export { encryptEntity } from './encrypt-entity.ts';
export type { Signer, SignerVerdict } from './judge-signers.ts';
export { openMessage } from './open-message.ts';
export type { OpenedMessage, OpenOptions, SmimeFinding } from './open-message.ts';
export { isSevenBit, signEntity } from './sign-entity.ts';
export type { SignEntityOptions } from './sign-entity.ts';
export { smimeKindOf } from './smime-entity.ts';
export { validateCertificate } from './validate-certificate.ts';
export type { CertificateProblem, CertificateVerdict, ValidateOptions } from './validate-certificate.ts';
