-- Organizations: the tenants and what each decided for itself.

CREATE SCHEMA organizations;
SELECT platform.grant_schema('organizations');

CREATE TABLE organizations.organization (
  organization_id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  settings jsonb NOT NULL, -- only what was decided; the rest are the defaults of contract/organizations.ts
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
SELECT platform.protect_tenant_table('organizations.organization', 'SELECT, INSERT, UPDATE');
