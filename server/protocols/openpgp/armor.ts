/** ASCII armor of a public key, with the checksum that RFC 9580 §6.1 gave up and GnuPG 2.2 insists on. */
export function armorPublicKey(key: Buffer): string {
  const lines = key.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${lines}\n=${checksum(key)}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
}

/** CRC-24. RFC 9580 §6.1.1. */
function checksum(bytes: Buffer): string {
  let crc = 0xb704ce;
  for (const octet of bytes) {
    crc ^= octet << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  const three = Buffer.alloc(3);
  three.writeUIntBE(crc & 0xffffff, 0, 3);
  return three.toString('base64');
}
