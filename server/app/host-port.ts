export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port` or `[::1]:port`; undefined when it is neither. Port 0 asks for any. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  return { host, port };
}
