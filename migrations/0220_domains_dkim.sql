-- Domains: the keys that sign mail, and what the DNS was last seen to say.

CREATE TABLE domains.dkim_key (
  organization_id uuid NOT NULL,
  key_id uuid NOT NULL,
  domain_id uuid NOT NULL,
  selector text NOT NULL,
  algorithm text NOT NULL CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),
  -- PKCS #8 under the organisation's key; NULL once it is destroyed
  private_sealed bytea,
  -- what its record has to say: public
  record text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'signing', 'retiring', 'retired', 'revoked')),
  -- an administrator said that it signs although its record has not been seen
  forced boolean NOT NULL DEFAULT false,
  finding text CHECK (finding IN ('right', 'missing', 'different', 'unavailable')),
  created_at timestamptz NOT NULL,
  state_since timestamptz NOT NULL,
  PRIMARY KEY (organization_id, key_id),
  UNIQUE (organization_id, domain_id, selector),
  FOREIGN KEY (organization_id, domain_id) REFERENCES domains.domain,
  CHECK ((state IN ('retired', 'revoked')) = (private_sealed IS NULL))
);
SELECT platform.protect_tenant_table('domains.dkim_key', 'SELECT, INSERT, UPDATE');

ALTER TABLE domains.domain
  ADD COLUMN mx_finding text CHECK (mx_finding IN ('right', 'missing', 'different', 'unavailable')),
  ADD COLUMN spf_finding text CHECK (spf_finding IN ('right', 'missing', 'different', 'unavailable')),
  ADD COLUMN dmarc_finding text CHECK (dmarc_finding IN ('right', 'missing', 'different', 'unavailable')),
  ADD COLUMN dns_checked_at timestamptz;
CREATE INDEX domain_to_check ON domains.domain (dns_checked_at NULLS FIRST) WHERE state = 'proven';
