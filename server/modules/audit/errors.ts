import { CarepostError } from '#platform/errors.ts';

export type AuditErrorCode = 'not-found'; // the log has no checkpoint yet

export class AuditError extends CarepostError<AuditErrorCode> {}
