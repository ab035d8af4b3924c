export { authorOf, type Author } from './author-domain.ts';
export { discoverPolicy, type Discovery, type DmarcResolver } from './discover-policy.ts';
export { evaluateDmarc, type Checked, type DmarcResult, type Identifier } from './evaluate.ts';
export { parseDmarcRecord, type DmarcPolicy, type DmarcRecord, type ReportUri } from './record.ts';
