/** One message that a server of the lab took: one entry for each accepted DATA, duplicates included. */
export interface LabMessage {
  id: string;
  /** The server that took it. */
  host: string;
  receivedAt: Date;
  /** As given in MAIL FROM and RCPT TO; the null sender is ''. */
  envelope: { from: string; to: string[] };
  /** Null: it came without encryption. */
  tls: { version: string; cipher: string } | null;
  /** The name that the sending server gave itself. */
  client: string;
  raw: Buffer;
}
