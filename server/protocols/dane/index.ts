export { matchPeer, type DaneFailure, type DaneVerdict } from './match-peer.ts';
export { formatTlsaRecord, usableRecords, type TlsaRecord, type UsableRecord } from './tlsa-record.ts';
