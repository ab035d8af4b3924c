import { decodeTransfer, readEntity, splitMultipart, type MimeEntity } from '#protocols/mime/index.ts';
import { readTlsReport, type ReadReport } from './read-report.ts';

/** Reads the report in a message (RFC 8460 §5.3); null when it carries none. */
export function readTlsReportMail(raw: Buffer): ReadReport | null {
  const read = readEntity(raw);
  const part = read.ok ? findPart(read.entity, 0) : null;
  if (part === null) return null;
  const { content, isProblem } = decodeTransfer(part.body, part.encoding);
  return isProblem ? { kind: 'unreadable', because: 'not-json' } : readTlsReport(content);
}

/** The first part of a report's type; its siblings are for people. */
function findPart(entity: MimeEntity, depth: number): MimeEntity | null {
  if (entity.type === 'application/tlsrpt+gzip' || entity.type === 'application/tlsrpt+json') return entity;
  if (entity.type === 'application/tlsrpt') return entity; // an early draft, still sent
  if (depth >= 3) return null;
  for (const raw of splitMultipart(entity)?.parts ?? []) {
    const part = readEntity(raw);
    const found = part.ok ? findPart(part.entity, depth + 1) : null;
    if (found !== null) return found;
  }
  return null;
}
