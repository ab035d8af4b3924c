-- Policy: what the rules made of each message. Rules and words only: nothing here names a person.

CREATE SCHEMA policy;
SELECT platform.grant_schema('policy');

CREATE TABLE policy.decision (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  decision jsonb NOT NULL,
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, message_id)
);
SELECT platform.protect_tenant_table('policy.decision', 'SELECT, INSERT');
