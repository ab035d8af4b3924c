export { askHost, type HostAnswer, type HostRequest } from './ask-host.ts';
export { isPublic } from './public-address.ts';
