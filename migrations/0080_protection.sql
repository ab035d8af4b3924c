-- Protection: what is known of other domains' mail servers, shared by all tenants; decision receipts, by tenant.

CREATE SCHEMA protection;
SELECT platform.grant_schema('protection');

-- A cache: losing it costs new questions, and the memory of what a domain has shown.
CREATE TABLE protection.domain_evidence (
  domain text PRIMARY KEY,
  evidence jsonb NOT NULL,
  fresh_until timestamptz NOT NULL,
  best_connection text NOT NULL CHECK (best_connection IN ('none', 'encrypted', 'authenticated')),
  best_seen_at timestamptz NOT NULL
);
SELECT platform.grant_shared_table('protection.domain_evidence');

CREATE TABLE protection.sts_policy (
  domain text PRIMARY KEY,
  id text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('enforce', 'testing', 'none')),
  mx text[] NOT NULL,
  max_age integer NOT NULL CHECK (max_age >= 0),
  valid_until timestamptz NOT NULL
);
SELECT platform.grant_shared_table('protection.sts_policy');

-- Candidates and evidence, once for all receipts that share them: many recipients have one provider.
CREATE TABLE protection.finding (
  organization_id uuid NOT NULL,
  finding_id bytea NOT NULL, -- SHA-256 of the finding
  finding jsonb NOT NULL,
  PRIMARY KEY (organization_id, finding_id)
);
SELECT platform.protect_tenant_table('protection.finding', 'SELECT, INSERT');

-- What was chosen for a delivery and why; a later row when it had to be chosen again. Never changed.
CREATE TABLE protection.receipt (
  organization_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  receipt_id uuid NOT NULL,
  message_id uuid NOT NULL,
  recipient bytea NOT NULL, -- sealed
  verdict text NOT NULL CHECK (verdict IN ('internal', 'sealed', 'openpgp', 'smime', 'portal',
    'tls-dane', 'tls-sts', 'tls-verified', 'tls-opportunistic', 'cleartext')),
  reason text NOT NULL,
  finding_id bytea NOT NULL,
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, delivery_id, receipt_id)
);
SELECT platform.protect_tenant_table('protection.receipt', 'SELECT, INSERT');
