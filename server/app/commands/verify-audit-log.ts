import { verifyAuditFile } from '#modules/audit/verify-audit-file.ts';

/** `carepost audit verify FILE`: needs neither server nor database. Exit code 1 when the log is not whole. */
export async function verifyAuditLog(file: string, { key }: { key?: string }): Promise<void> {
  const verdict = await verifyAuditFile(file, key === undefined ? {} : { publicKey: key });
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  if (!verdict.ok) process.exitCode = 1;
}
