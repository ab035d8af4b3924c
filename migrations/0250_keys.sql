-- Keys: those of people outside, those of our own people, and what was opened with them. All by tenant; who a key
-- belongs to, and the key itself, are sealed, and found by blind indexes.

CREATE TABLE protection.known_key (
  organization_id uuid NOT NULL,
  key_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openpgp', 'smime')),
  address_index bytea NOT NULL,
  fingerprint_index bytea NOT NULL,
  about bytea NOT NULL, -- sealed: address, fingerprint, algorithm, names
  material bytea NOT NULL, -- sealed: the public key or certificate
  source text NOT NULL CHECK (source IN ('upload', 'signed-mail', 'web-key-directory')),
  trust text NOT NULL CHECK (trust IN ('trusted', 'undecided', 'distrusted')),
  can_encrypt boolean NOT NULL,
  revoked boolean NOT NULL,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  decided_at timestamptz,
  PRIMARY KEY (organization_id, key_id)
);
CREATE UNIQUE INDEX known_key_of_address
  ON protection.known_key (organization_id, address_index, kind, fingerprint_index);
CREATE INDEX known_key_newest ON protection.known_key (organization_id, created_at DESC, key_id DESC);
SELECT platform.protect_tenant_table('protection.known_key');

-- What the administrator lets happen by itself. Without a row: nothing.
CREATE TABLE protection.key_policy (
  organization_id uuid PRIMARY KEY,
  trust_web_keys boolean NOT NULL,
  trust_first_use boolean NOT NULL
);
SELECT platform.protect_tenant_table('protection.key_policy');

-- Which addresses were asked for at their domain, so that they are not asked for again at once.
CREATE TABLE protection.web_key_look_up (
  organization_id uuid NOT NULL,
  address_index bytea NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('found', 'none', 'failed')),
  fresh_until timestamptz NOT NULL,
  PRIMARY KEY (organization_id, address_index)
);
SELECT platform.protect_tenant_table('protection.web_key_look_up');

CREATE TABLE protection.own_key (
  organization_id uuid NOT NULL,
  key_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openpgp', 'smime')),
  user_id uuid NOT NULL,
  address_index bytea NOT NULL,
  fingerprint_index bytea NOT NULL,
  web_key_index bytea, -- of the name under which a Web Key Directory has it
  about bytea NOT NULL, -- sealed
  material bytea NOT NULL, -- sealed: the public part
  secret bytea NOT NULL, -- sealed: the secret part, without a passphrase
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  retired_at timestamptz, -- opens what comes in, signs and is published no more
  PRIMARY KEY (organization_id, key_id)
);
CREATE UNIQUE INDEX own_key_of_address
  ON protection.own_key (organization_id, address_index, kind, fingerprint_index);
CREATE INDEX own_key_of_user ON protection.own_key (organization_id, user_id);
CREATE INDEX own_key_web ON protection.own_key (organization_id, web_key_index) WHERE web_key_index IS NOT NULL;
SELECT platform.protect_tenant_table('protection.own_key');

-- What was found when a signed or encrypted message was opened. `message_id` is the message that people see; where it
-- had to be opened, `original_id` is the message as it came.
CREATE TABLE protection.opened_message (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  original_id uuid NOT NULL,
  finding jsonb NOT NULL, -- codes, and no person
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, message_id)
);
CREATE UNIQUE INDEX opened_message_original ON protection.opened_message (organization_id, original_id);
SELECT platform.protect_tenant_table('protection.opened_message', 'SELECT, INSERT');

-- Signed and encrypted messages that came in and wait to be opened; people get them after that.
CREATE TABLE protection.waiting_message (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  recipient_user_ids uuid[] NOT NULL,
  arrival jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, message_id)
);
CREATE INDEX waiting_message_next ON protection.waiting_message (next_try_at);
SELECT platform.protect_tenant_table('protection.waiting_message');

-- The key that a receipt's recipient is encrypted to; sealed, since a fingerprint leads to a person.
ALTER TABLE protection.receipt ADD COLUMN key bytea;
