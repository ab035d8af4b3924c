-- Deliverability: what we publish about our own mail servers, and what others say of reaching them.
CREATE SCHEMA deliverability;
SELECT platform.grant_schema('deliverability');

-- The MTA-STS policy of a domain of ours, where an administrator has set one; else it is in testing.
CREATE TABLE deliverability.sts_policy (
  organization_id uuid NOT NULL,
  domain text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('none', 'testing', 'enforce')),
  max_age integer NOT NULL CHECK (max_age BETWEEN 86400 AND 31557600),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, domain)
);
SELECT platform.protect_tenant_table('deliverability.sts_policy');

-- TLS reports of others (RFC 8460): counts of connections and names of mail servers, nobody's mail.
CREATE TABLE deliverability.tls_report (
  organization_id uuid NOT NULL,
  report_id uuid NOT NULL,
  domain text NOT NULL,
  -- SHA-256 over what a submitter may not use twice
  digest bytea NOT NULL,
  submitter text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  succeeded bigint NOT NULL,
  failed bigint NOT NULL,
  policies jsonb NOT NULL,
  came_by text NOT NULL CHECK (came_by IN ('mail', 'https')),
  received_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, report_id),
  UNIQUE (organization_id, domain, digest)
);
CREATE INDEX tls_report_latest ON deliverability.tls_report (organization_id, received_at DESC, report_id DESC);
SELECT platform.protect_tenant_table('deliverability.tls_report', 'SELECT, INSERT, DELETE');

-- What our own conversations came to, by day (UTC), for the reports that we write.
CREATE TABLE deliverability.tls_session (
  organization_id uuid NOT NULL,
  day date NOT NULL,
  submitter text NOT NULL, -- our domain that was sent from
  domain text NOT NULL,
  key bytea NOT NULL, -- SHA-256 of the rest
  policy_type text NOT NULL CHECK (policy_type IN ('tlsa', 'sts', 'no-policy-found')),
  policy text[] NOT NULL,
  mx_hosts text[] NOT NULL,
  -- null: succeeded
  result text,
  receiving_mx text,
  receiving_ip text,
  sessions bigint NOT NULL CHECK (sessions > 0),
  PRIMARY KEY (organization_id, day, submitter, domain, key)
);
SELECT platform.protect_tenant_table('deliverability.tls_session');

-- Days about which a report went out, or was found not to be wanted.
CREATE TABLE deliverability.tls_report_sent (
  organization_id uuid NOT NULL,
  day date NOT NULL,
  submitter text NOT NULL,
  domain text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('sent', 'not-wanted', 'failed')),
  settled_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, day, submitter, domain)
);
SELECT platform.protect_tenant_table('deliverability.tls_report_sent');
