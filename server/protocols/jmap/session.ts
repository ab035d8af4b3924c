import { coreCapability } from './capabilities.ts';
import type { Json, JsonObject } from './json.ts';
import type { JmapLimits } from './limits.ts';

/** One account in a session. RFC 8620 §2. */
export interface SessionAccount {
  readonly name: string;
  readonly isPersonal: boolean;
  readonly isReadOnly: boolean;
  /** By capability: what this account can do. */
  readonly accountCapabilities: Readonly<Record<string, JsonObject>>;
}

export interface SessionParts {
  readonly limits: JmapLimits;
  /** By capability, without core. */
  readonly capabilities: Readonly<Record<string, JsonObject>>;
  readonly accounts: Readonly<Record<string, SessionAccount>>;
  readonly primaryAccounts: Readonly<Record<string, string>>;
  readonly username: string;
  /** Where the API is: an absolute URL without a slash at the end. */
  readonly baseUrl: string;
  readonly state: string;
}

/** The Session object, with carepost's resources below `<baseUrl>/jmap/`. RFC 8620 §2. */
export function sessionObject(parts: SessionParts): JsonObject {
  const { baseUrl } = parts;
  return {
    capabilities: {
      [coreCapability]: { ...parts.limits, collationAlgorithms: [] },
      ...parts.capabilities,
    },
    accounts: parts.accounts as unknown as Json,
    primaryAccounts: parts.primaryAccounts,
    username: parts.username,
    apiUrl: `${baseUrl}/jmap/api`,
    downloadUrl: `${baseUrl}/jmap/download/{accountId}/{blobId}/{name}?type={type}`,
    uploadUrl: `${baseUrl}/jmap/upload/{accountId}`,
    eventSourceUrl: `${baseUrl}/jmap/eventsource?types={types}&closeafter={closeafter}&ping={ping}`,
    state: parts.state,
  };
}
