-- Audit: events as they are recorded, their place in the Merkle tree of their organisation, the signed heads.

CREATE SCHEMA audit;
SELECT platform.grant_schema('audit');

-- Written in the transaction of the change it tells of; never changed, never removed by the application.
CREATE TABLE audit.event (
  organization_id uuid NOT NULL,
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  commitment bytea NOT NULL, -- SHA-256(salt, body): what the tree commits to
  sealed bytea NOT NULL, -- salt and body, encrypted: the body may name people
  PRIMARY KEY (organization_id, event_id)
);
ALTER TABLE audit.event ALTER COLUMN sealed SET STORAGE EXTERNAL; -- ciphertext does not compress
SELECT platform.protect_tenant_table('audit.event', 'SELECT, INSERT');

-- Events that the sequencer has not taken yet, in the order of their recording.
CREATE TABLE audit.pending (
  organization_id uuid NOT NULL,
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  event_id uuid NOT NULL,
  leaf_hash bytea NOT NULL,
  PRIMARY KEY (organization_id, ordinal)
);
CREATE INDEX pending_ordinal ON audit.pending (ordinal);
SELECT platform.protect_tenant_table('audit.pending', 'SELECT, INSERT, DELETE');

-- The leaves of the tree, numbered from 0 without a gap.
CREATE TABLE audit.entry (
  organization_id uuid NOT NULL,
  sequence bigint NOT NULL,
  event_id uuid NOT NULL,
  leaf_hash bytea NOT NULL,
  PRIMARY KEY (organization_id, sequence)
);
SELECT platform.protect_tenant_table('audit.entry', 'SELECT, INSERT');

-- Signed heads. The latest one also says how to go on: the roots of the perfect subtrees, largest first.
CREATE TABLE audit.checkpoint (
  organization_id uuid NOT NULL,
  size bigint NOT NULL,
  at timestamptz NOT NULL,
  frontier bytea NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (organization_id, size)
);
SELECT platform.protect_tenant_table('audit.checkpoint', 'SELECT, INSERT');

-- One Ed25519 key an organisation. The public half is in the verifier key.
CREATE TABLE audit.signing_key (
  organization_id uuid PRIMARY KEY,
  verifier_key text NOT NULL,
  sealed_private_key bytea NOT NULL,
  created_at timestamptz NOT NULL
);
SELECT platform.protect_tenant_table('audit.signing_key', 'SELECT, INSERT');
