const rewritten = /^SRS[01][=+-]/i;

/** Whether a local part looks like one that a forwarder wrote: by us or by anybody. */
export function isRewritten(localPart: string): boolean {
  return rewritten.test(localPart);
}
