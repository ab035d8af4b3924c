-- Domains: the names that an organisation sends and receives under.

CREATE SCHEMA domains;
SELECT platform.grant_schema('domains');

CREATE TABLE domains.domain (
  organization_id uuid NOT NULL,
  domain_id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('unproven', 'proven')),
  proof text NOT NULL,
  receives boolean NOT NULL,
  sends boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, domain_id),
  UNIQUE (organization_id, name),
  CHECK (state = 'proven' OR NOT (receives OR sends))
);
-- Many may claim a name; one can prove it.
CREATE UNIQUE INDEX domain_proven ON domains.domain (name) WHERE state = 'proven';
SELECT platform.protect_tenant_table('domains.domain');
