export type { DnsAnswer, MxAnswer, MxRecord, TemporaryReason, TlsaRecord } from './answer.ts';
export { toDnsName } from './domain-name.ts';
export { createResolver, type Resolver, type ResolverOptions } from './resolver.ts';
export { proveValidation, type ValidationDoubt, type ValidationProof } from './prove-validation.ts';
export { parseDnsServers, type DnsServer } from './servers.ts';
