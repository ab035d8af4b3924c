import type { TlsOptions } from 'node:tls';
import type { LabAuthority } from '../authority/lab-authority.ts';
import type { LabServer } from './lab-domain.ts';

/** The TLS side of a lab server, good or bad as its entry says. */
export async function tlsOptionsFor(server: LabServer, authority: LabAuthority): Promise<TlsOptions> {
  switch (server.tls) {
    case 'verified':
      return await authority.issue(server.host);
    case 'self-signed':
      return await authority.issueSelfSigned(server.host);
    case 'expired':
      return await authority.issueExpired(server.host);
    case 'wrong-name':
      return await authority.issue('mx.somebody-else.test');
    case 'tls11-only':
      // OpenSSL 3 allows the SHA-1 signatures of TLS 1.1 at its lowest level only.
      return {
        ...(await authority.issue(server.host)),
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      };
    case 'none':
      return {};
  }
}
