import type { ApiKeyId, AppPasswordId, OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Permission, Role } from '#contract/permissions.ts';
import type { SessionEnd } from './session.ts';

/** Sealed: AES-256-GCM under the organisation's key, opened by `keyring.open` for the purpose beside it. */
type Sealed = Buffer;

export type IdentityTables = {
  'identity.user': {
    organization_id: OrganizationId;
    user_id: UserId;
    display_name: Sealed; // identity.user.display-name
    role: Role;
    state: UserState;
    password_hash: string;
    password_changed_at: Date;
    created_at: Date;
  };
  'identity.address': {
    organization_id: OrganizationId;
    user_id: UserId;
    address_index: Buffer;
    address: Sealed; // identity.address
    is_primary: boolean;
  };
  'identity.session': {
    organization_id: OrganizationId;
    session_id: SessionId;
    user_id: UserId;
    secret_digest: Buffer;
    client: Sealed; // identity.session.client
    created_at: Date;
    last_seen_at: Date;
    ended_at: Date | null;
    ended_because: SessionEnd | null;
  };
  'identity.api_key': {
    organization_id: OrganizationId;
    api_key_id: ApiKeyId;
    user_id: UserId;
    name: Sealed; // identity.api-key.name
    prefix: string;
    secret_digest: Buffer;
    scopes: Permission[];
    created_at: Date;
    expires_at: Date;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  'identity.app_password': {
    organization_id: OrganizationId;
    app_password_id: AppPasswordId;
    user_id: UserId;
    name: Sealed; // identity.app-password.name
    secret_index: Buffer;
    created_at: Date;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
};
