-- Reception: received mail that is held back until a person decides.
CREATE SCHEMA reception;
SELECT platform.grant_schema('reception');

CREATE TABLE reception.quarantined (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason IN ('virus', 'authentication')),
  -- envelope, recipients, how it came, and the reason's detail: addresses
  facts_sealed bytea NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
  quarantined_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'released', 'deleted', 'expired')),
  settled_at timestamptz,
  PRIMARY KEY (organization_id, message_id),
  CHECK ((state = 'held') = (settled_at IS NULL))
);
CREATE INDEX quarantined_held ON reception.quarantined (organization_id, message_id) WHERE state = 'held';
CREATE INDEX quarantined_since ON reception.quarantined (quarantined_at) WHERE state = 'held';
SELECT platform.protect_tenant_table('reception.quarantined', 'SELECT, INSERT, UPDATE');
