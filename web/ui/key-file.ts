/** A key file as text: armored and PEM as they are, binary files in base64. */
export async function keyFileText(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isText = bytes.every(
    (octet) => octet === 9 || octet === 10 || octet === 13 || (octet >= 32 && octet < 127),
  );
  return isText
    ? new TextDecoder().decode(bytes)
    : btoa(Array.from(bytes, (octet) => String.fromCharCode(octet)).join(''));
}

/** A fingerprint in groups of four, as people compare it. */
export function groupedFingerprint(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}
