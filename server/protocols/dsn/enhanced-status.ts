/**
 * The status to report for a reply: its own enhanced code if the class agrees with the reply code,
 * else the general one of that class (RFC 3463 §2: a reader must not be told 4 where the code said 5).
 */
export function statusForReply({
  code,
  enhanced,
}: {
  readonly code: number;
  readonly enhanced: string | null;
}): string {
  const kind = Math.trunc(code / 100);
  return enhanced?.startsWith(`${kind}.`) === true ? enhanced : `${kind}.0.0`;
}
