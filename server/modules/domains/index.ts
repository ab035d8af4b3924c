export { createDomainsModule, isOwnDomain } from './module.ts';
export type { DomainsModule, ServedDomain } from './module.ts';
export type { DomainsPorts } from './ports.ts';
export type { NewDomain } from './add-domain.ts';
export { OrganizationFounding } from './create-organization.ts';
export type { FoundedOrganization } from './create-organization.ts';
export type { Domain } from './domain.ts';
export type { Forwarding } from './forwarding.ts';
export { DomainsError } from './errors.ts';
