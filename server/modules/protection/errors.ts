import { CarepostError } from '#platform/errors.ts';

export type ProtectionErrorCode = 'invalid-domain'; // not the name of a domain

export class ProtectionError extends CarepostError<ProtectionErrorCode> {}
