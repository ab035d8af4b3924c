export { askHost, UnprovenHost, type HostAnswer, type HostRequest } from './ask-host.ts';
export { isPublic } from './public-address.ts';
