export { addFooter } from './add-footer.ts';
export { FooterStream } from './footer-stream.ts';
