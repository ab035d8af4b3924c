export { baselinePolicy } from './confidentiality-policy.ts';
export type { ConfidentialityPolicy } from './confidentiality-policy.ts';
export { joinMessage, protectHeaders } from './protect-headers.ts';
export type { ProtectedMessage, Protection } from './protect-headers.ts';
export { readProtectedHeaders } from './read-protected-headers.ts';
export type {
  FieldProtection,
  HeaderFinding,
  HeaderScheme,
  Layers,
  ProtectedHeaders,
  ReadField,
} from './read-protected-headers.ts';
