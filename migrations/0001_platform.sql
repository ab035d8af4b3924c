-- Platform: tenant protection, keys, outbox, idempotency, the installation. The role carepost_app and our membership
-- in it are there already: see application-role.ts.

-- The organisation that the transaction is confined to; NULL when it may see all, or when none was named.
CREATE FUNCTION platform.current_organization() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(nullif(current_setting('carepost.organization', true), '*'), '')::uuid;

CREATE FUNCTION platform.sees_all_organizations() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN current_setting('carepost.organization', true) IS NOT DISTINCT FROM '*';

CREATE FUNCTION platform.grant_schema(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO carepost_app', name);
END $$;

-- Forces row level security on a table with organization_id. The selects in parentheses are evaluated once a query.
CREATE FUNCTION platform.protect_tenant_table(name regclass, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
  EXECUTE format(
    'CREATE POLICY tenant ON %s USING (organization_id = (SELECT platform.current_organization()) OR (SELECT platform.sees_all_organizations()))',
    name);
  EXECUTE format('GRANT %s ON %s TO carepost_app', rights, name);
END $$;

CREATE FUNCTION platform.grant_shared_table(name regclass, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('GRANT %s ON %s TO carepost_app', rights, name);
END $$;

SELECT platform.grant_schema('platform');

CREATE TABLE platform.organization_key (
  organization_id uuid NOT NULL,
  version integer NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, version)
);
SELECT platform.protect_tenant_table('platform.organization_key');

-- One row a subscriber: what must still be done about an event.
CREATE TABLE platform.outbox (
  organization_id uuid NOT NULL,
  event_id uuid NOT NULL,
  subscriber text NOT NULL,
  event text NOT NULL,
  data jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  PRIMARY KEY (organization_id, event_id, subscriber)
);
CREATE INDEX outbox_due ON platform.outbox (due_at, event_id);
SELECT platform.protect_tenant_table('platform.outbox');

CREATE TABLE platform.idempotent_request (
  organization_id uuid NOT NULL,
  caller text NOT NULL,
  key_digest bytea NOT NULL,
  request_digest bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  status integer,
  response bytea,
  started_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, caller, key_digest)
);
CREATE INDEX idempotent_request_started ON platform.idempotent_request (started_at);
SELECT platform.protect_tenant_table('platform.idempotent_request');

-- What the root key of this installation opens and no other does: one row, of the owner alone.
CREATE TABLE platform.root_key_proof (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  sealed bytea NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);
