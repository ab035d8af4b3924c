-- Delivery: one row a recipient of a message, its journey, and the conversations held about it.
CREATE SCHEMA delivery;
SELECT platform.grant_schema('delivery');

CREATE TABLE delivery.delivery (
  organization_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  message_id uuid NOT NULL,
  -- 'message' is what a person sent; a letter is what pickup sends (notice, code), and has no portal to fall back to
  purpose text NOT NULL CHECK (purpose IN ('message', 'letter')),
  letter_id uuid,
  sender_id uuid,
  recipient_kind text NOT NULL CHECK (recipient_kind IN ('to', 'cc', 'bcc')),
  recipient_sealed bytea NOT NULL,
  recipient_index bytea NOT NULL,
  domain_index bytea NOT NULL,
  return_path_sealed bytea NOT NULL,
  size_bytes integer NOT NULL CHECK (size_bytes >= 0),
  lane text NOT NULL CHECK (lane IN ('code', 'notice', 'care', 'appointment', 'billing', 'administrative', 'marketing')),
  priority smallint NOT NULL CHECK (priority >= 0),
  position integer NOT NULL CHECK (position >= 1),
  -- what was promised when it was sent, and what holds now (a fallback changes it)
  promised text NOT NULL CHECK (promised IN ('internal', 'sealed', 'openpgp', 'smime', 'portal',
    'tls-dane', 'tls-sts', 'tls-verified', 'tls-opportunistic', 'cleartext')),
  protection text NOT NULL CHECK (protection IN ('internal', 'sealed', 'openpgp', 'smime', 'portal',
    'tls-dane', 'tls-sts', 'tls-verified', 'tls-opportunistic', 'cleartext')),
  offer_days integer NOT NULL CHECK (offer_days >= 0),
  state text NOT NULL CHECK (state IN ('held', 'queued', 'attempting', 'deferred', 'uncertain', 'delivered', 'offered',
    'notified', 'opened', 'replied', 'bounced', 'expired', 'revoked', 'blocked')),
  state_since timestamptz NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  give_up_at timestamptz NOT NULL,
  next_attempt_at timestamptz,
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- leases run on the database's own time, so that moving the product's clock frees nothing that is held
  lease_owner uuid,
  lease_until timestamptz,
  revoke_requested_at timestamptz,
  PRIMARY KEY (organization_id, delivery_id),
  CHECK ((state = 'attempting') = (lease_owner IS NOT NULL)),
  CHECK ((purpose = 'letter') = (letter_id IS NOT NULL))
);
CREATE INDEX delivery_of_message ON delivery.delivery (organization_id, message_id, position);
CREATE INDEX delivery_of_letter ON delivery.delivery (organization_id, letter_id) WHERE letter_id IS NOT NULL;
CREATE INDEX delivery_due ON delivery.delivery (priority, next_attempt_at)
  WHERE state IN ('queued', 'deferred', 'uncertain') AND next_attempt_at IS NOT NULL;
CREATE INDEX delivery_leased ON delivery.delivery (lease_until) WHERE state = 'attempting';
SELECT platform.protect_tenant_table('delivery.delivery');

CREATE TABLE delivery.attempt (
  organization_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  started_at timestamptz NOT NULL,
  -- 'transmitting' is written before the final dot: from then on a lost connection leaves the outcome uncertain
  phase text NOT NULL CHECK (phase IN ('claimed', 'transmitting', 'ended')),
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('delivered', 'deferred', 'refused', 'weaker', 'uncertain', 'revoked')),
  reply_code smallint CHECK (reply_code BETWEEN 200 AND 599),
  -- server name, reply text, TLS evidence: may name the person
  detail_sealed bytea,
  PRIMARY KEY (organization_id, delivery_id, number)
);
SELECT platform.protect_tenant_table('delivery.attempt');

-- Every change of state, for the sender's timeline.
CREATE TABLE delivery.transition (
  organization_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  transition_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'queued', 'attempting', 'deferred', 'uncertain', 'delivered', 'offered',
    'notified', 'opened', 'replied', 'bounced', 'expired', 'revoked', 'blocked')),
  reason text NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, delivery_id, transition_id)
);
SELECT platform.protect_tenant_table('delivery.transition', 'SELECT, INSERT');

-- Organisations whose outgoing mail rests until it is resumed.
CREATE TABLE delivery.pause (
  organization_id uuid NOT NULL PRIMARY KEY,
  paused_at timestamptz NOT NULL
);
SELECT platform.protect_tenant_table('delivery.pause');
