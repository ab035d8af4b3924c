export type { Actor, AuditEvent, Doer, FieldValue, Subject } from './audit-event.ts';
export { createAuditModule, type Audit, type AuditModule, type AuditPorts } from './module.ts';
