export { policyNamesHost } from './match-mx.ts';
export { maxPolicySize, parseStsPolicy, type ParsedPolicy, type StsMode, type StsPolicy } from './policy.ts';
export { parseStsRecord, type StsRecord } from './record.ts';
