import type { X509Certificate } from 'node:crypto';

/**
 * Whether a certificate carries one of the names. DNS names of its subjectAltName count, and the common name only
 * where it has none (RFC 7672 §3.2.3); a `*` stands for one whole first label.
 */
export function nameMatches(certificate: X509Certificate, names: readonly string[]): boolean {
  const wanted = names.map(normal);
  return namesOf(certificate).some((pattern) => wanted.some((name) => covers(pattern, name)));
}

function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const dnsNames = (subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^DNS:([^"]+)$/.exec(entry)?.[1] ?? []);
  if (dnsNames.length > 0) return dnsNames.map(normal);
  const common = /^CN=([^\s"=]+)$/m.exec(subject)?.[1];
  return common === undefined ? [] : [normal(common)];
}

function covers(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  return (
    pattern.split('.').length > 2 && name.includes('.') && name.slice(name.indexOf('.')) === pattern.slice(1)
  );
}

const normal = (name: string): string => name.toLowerCase().replace(/\.$/, '');
