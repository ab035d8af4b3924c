const prefix = 'carepost/audit/';

/** Names the log of one organisation in its checkpoints, and the key that signs them. C2SP tlog-checkpoint, "origin". */
export function originOf(organizationId: string): string {
  return `${prefix}${organizationId}`;
}

/** The organisation whose log is so named; undefined for any other text. */
export function organizationOf(origin: string): string | undefined {
  return origin.startsWith(prefix) ? origin.slice(prefix.length) : undefined;
}
