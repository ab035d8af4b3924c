export { createOrganizationsModule } from './module.ts';
export type { OrganizationsModule, OrganizationsPorts } from './module.ts';
export { NewOrganization } from './create-organization.ts';
export type { ChangeOrganization } from './change-organization.ts';
export { OrganizationsError } from './errors.ts';
export type { Organization } from './organization.ts';
