import { domainOf } from '#protocols/mime/index.ts';
import { tlsReportSender } from '#protocols/tls-rpt/index.ts';

/** Our domain in whose name a session is reported; null for conversations that carry such reports (RFC 8460 §5.6). */
export function submitterOf(returnPath: string): string | null {
  return returnPath.startsWith(`${tlsReportSender}@`) ? null : domainOf(returnPath);
}
