-- What an organisation no longer holds against another domain: what that showed of its connections up to a moment.
CREATE TABLE protection.forgotten_domain (
  organization_id uuid NOT NULL,
  domain text NOT NULL,
  forgotten_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, domain)
);
SELECT platform.protect_tenant_table('protection.forgotten_domain');
