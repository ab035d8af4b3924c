export type { DnsAnswer, MxAnswer, MxRecord, TemporaryReason } from './answer.ts';
export { toDnsName } from './domain-name.ts';
export { createResolver, type Resolver, type ResolverOptions } from './resolver.ts';
export { parseDnsServers, type DnsServer } from './servers.ts';
