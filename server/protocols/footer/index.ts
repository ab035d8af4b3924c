export { FooterStream } from './footer-stream.ts';
