/** Why sessions failed (RFC 8460 §4.3). */
export const resultTypes = [
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure', // another reason
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
] as const;
export type ResultType = (typeof resultTypes)[number];

/** What the sender went by (RFC 8460 §4.4). */
export const policyTypes = ['tlsa', 'sts', 'no-policy-found'] as const;
export type PolicyType = (typeof policyTypes)[number];

export interface FailureDetail {
  /** A type that RFC 8460 does not know reads as `validation-failure`. */
  readonly result: ResultType;
  readonly sessions: number;
  readonly sendingIp?: string | undefined;
  readonly receivingMx?: string | undefined;
  readonly receivingIp?: string | undefined;
  readonly reason?: string | undefined;
}

export interface PolicyReport {
  readonly type: PolicyType;
  readonly domain: string;
  /** The policy as it was: lines of the MTA-STS policy, or TLSA records. */
  readonly policy: readonly string[];
  readonly mxHosts: readonly string[];
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly FailureDetail[];
}

export interface TlsReport {
  /** Unique for its submitter. */
  readonly reportId: string;
  readonly organization: string;
  readonly contact: string;
  readonly from: Date;
  readonly to: Date;
  readonly policies: readonly PolicyReport[];
}
