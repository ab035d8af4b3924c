-- Sending: what was accepted from a sender, until every recipient has been given a way.
CREATE SCHEMA sending;
SELECT platform.grant_schema('sending');

CREATE TABLE sending.submission (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  sender_id uuid NOT NULL,
  channel text NOT NULL CHECK (channel IN ('smtp', 'api', 'workspace', 'portal')),
  category text NOT NULL CHECK (category IN
    ('clinical', 'appointment', 'lab-result', 'billing', 'marketing', 'administrative', 'internal')),
  recipient_count integer NOT NULL CHECK (recipient_count >= 1),
  -- envelope, sender, recipients and options as JSON, sealed: one value a message keeps the accept path short
  envelope_sealed bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('accepted', 'dispatched')),
  accepted_at timestamptz NOT NULL,
  dispatched_at timestamptz,
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  next_try_at timestamptz NOT NULL,
  lease_until timestamptz,
  PRIMARY KEY (organization_id, message_id)
);
CREATE INDEX submission_waiting ON sending.submission (next_try_at) WHERE state = 'accepted';
CREATE INDEX submission_of_sender ON sending.submission (organization_id, sender_id, accepted_at DESC, message_id DESC);
SELECT platform.protect_tenant_table('sending.submission');
