export { claimsToBe } from './claims-to-be.ts';
export {
  readAuthenticationResults,
  type AuthenticationResults,
  type MethodResult,
  type Property,
} from './read-results.ts';
export { writeAuthenticationResults } from './write-results.ts';
