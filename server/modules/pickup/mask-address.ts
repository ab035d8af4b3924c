/** `j•••@example.com`: enough for its owner to recognise, and no more of the mailbox name than its first character. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const [first = ''] = address.slice(0, at);
  return `${first}•••${address.slice(at)}`;
}
