export { PortalError } from './errors.ts';
export { createPortalModule, type PortalModule } from './module.ts';
export type { PortalPorts } from './ports.ts';
