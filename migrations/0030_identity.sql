-- Identity: staff, how they prove who they are, and for how long that holds.
-- Names and addresses are sealed; secrets are kept as digests only.

CREATE SCHEMA identity;
SELECT platform.grant_schema('identity');

CREATE TABLE identity.user (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  display_name bytea NOT NULL,
  role text NOT NULL CHECK (role IN ('administrator', 'clinician', 'front-desk')),
  state text NOT NULL CHECK (state IN ('active', 'disabled')),
  password_hash text NOT NULL, -- PHC string, argon2id
  password_changed_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
SELECT platform.protect_tenant_table('identity.user', 'SELECT, INSERT, UPDATE');

-- Every address that a user signs in with, receives at and may send as. The index is keyed for the whole
-- installation: who signs in, or is written to, is known by address before the organisation is.
CREATE TABLE identity.address (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  address_index bytea NOT NULL UNIQUE,
  address bytea NOT NULL,
  is_primary boolean NOT NULL,
  PRIMARY KEY (organization_id, address_index),
  FOREIGN KEY (organization_id, user_id) REFERENCES identity.user
);
CREATE UNIQUE INDEX address_primary ON identity.address (organization_id, user_id) WHERE is_primary;
CREATE INDEX address_of_user ON identity.address (organization_id, user_id);
SELECT platform.protect_tenant_table('identity.address');

CREATE TABLE identity.session (
  organization_id uuid NOT NULL,
  session_id uuid NOT NULL,
  user_id uuid NOT NULL,
  secret_digest bytea NOT NULL,
  client bytea NOT NULL, -- sealed: where from, with what
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_because text CHECK (ended_because IN ('signed-out', 'revoked', 'replaced', 'idle', 'too-long', 'password-changed', 'user-changed')),
  PRIMARY KEY (organization_id, session_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES identity.user
);
CREATE INDEX session_of_user ON identity.session (organization_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX session_alive ON identity.session (last_seen_at) WHERE ended_at IS NULL;
SELECT platform.protect_tenant_table('identity.session');

CREATE TABLE identity.api_key (
  organization_id uuid NOT NULL,
  api_key_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name bytea NOT NULL,
  prefix text NOT NULL,
  secret_digest bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (organization_id, api_key_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES identity.user
);
CREATE INDEX api_key_of_user ON identity.api_key (organization_id, user_id) WHERE revoked_at IS NULL;
SELECT platform.protect_tenant_table('identity.api_key', 'SELECT, INSERT, UPDATE');

CREATE TABLE identity.app_password (
  organization_id uuid NOT NULL,
  app_password_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name bytea NOT NULL,
  secret_index bytea NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (organization_id, app_password_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES identity.user
);
CREATE INDEX app_password_of_user ON identity.app_password (organization_id, user_id);
SELECT platform.protect_tenant_table('identity.app_password', 'SELECT, INSERT, UPDATE');

-- Failed tries, by keyed digest of an IP network or an address. Without tenant: an unknown address has none.
CREATE TABLE identity.sign_in_limit (
  limit_key bytea PRIMARY KEY,
  tries integer NOT NULL CHECK (tries >= 0),
  window_ends_at timestamptz NOT NULL
);
CREATE INDEX sign_in_limit_window ON identity.sign_in_limit (window_ends_at);
SELECT platform.grant_shared_table('identity.sign_in_limit');
