export { openScan, type ClamdAddress, type Scan, type ScanVerdict } from './scan.ts';
