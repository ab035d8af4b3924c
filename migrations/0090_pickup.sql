-- Pickup: messages that wait for a recipient in the portal; who may open them, and what became of them.
CREATE SCHEMA pickup;
SELECT platform.grant_schema('pickup');

-- An outside person as one organisation knows them: one address. Two organisations never share an identity.
CREATE TABLE pickup.recipient (
  organization_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  address_index bytea NOT NULL,
  address_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, recipient_id),
  UNIQUE (organization_id, address_index)
);
SELECT platform.protect_tenant_table('pickup.recipient');

CREATE TABLE pickup.offer (
  organization_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  message_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  sender_id uuid NOT NULL,
  reason text NOT NULL,
  offered_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  opened_at timestamptz,
  replied_at timestamptz,
  ended_at timestamptz,
  ended_by text CHECK (ended_by IN ('expiry', 'revocation')),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  PRIMARY KEY (organization_id, offer_id),
  UNIQUE (organization_id, delivery_id),
  FOREIGN KEY (organization_id, recipient_id) REFERENCES pickup.recipient
);
CREATE INDEX offer_of_recipient ON pickup.offer (organization_id, recipient_id, offered_at DESC, offer_id DESC);
CREATE INDEX offer_of_message ON pickup.offer (organization_id, message_id);
CREATE INDEX offer_to_expire ON pickup.offer (expires_at) WHERE ended_at IS NULL;
SELECT platform.protect_tenant_table('pickup.offer');

-- A link that was mailed: only the digest of its token is known here. Without an offer it leads to the inbox.
CREATE TABLE pickup.link (
  organization_id uuid NOT NULL,
  token_digest bytea NOT NULL,
  recipient_id uuid NOT NULL,
  offer_id uuid,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, token_digest),
  FOREIGN KEY (organization_id, recipient_id) REFERENCES pickup.recipient
);
CREATE INDEX link_expired ON pickup.link (expires_at);
CREATE INDEX link_of_offer ON pickup.link (organization_id, offer_id);
SELECT platform.protect_tenant_table('pickup.link');

-- The one-time code that a recipient is being asked for: at most one at a time.
CREATE TABLE pickup.verification (
  organization_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  code_index bytea,
  expires_at timestamptz NOT NULL,
  wrong_answers smallint NOT NULL CHECK (wrong_answers >= 0),
  locked_until timestamptz,
  sent_at timestamptz NOT NULL,
  sent_in_window smallint NOT NULL CHECK (sent_in_window >= 1),
  window_started_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, recipient_id),
  FOREIGN KEY (organization_id, recipient_id) REFERENCES pickup.recipient
);
SELECT platform.protect_tenant_table('pickup.verification');

-- A mail that pickup itself sends: notice, reminder, code, warning. Holds no PHI. Its content is destroyed once it is sent.
CREATE TABLE pickup.letter (
  organization_id uuid NOT NULL,
  letter_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('notice', 'reminder', 'access', 'code', 'lock-warning')),
  recipient_id uuid NOT NULL,
  offer_id uuid,
  message_id uuid NOT NULL,
  return_path text NOT NULL,
  size_bytes integer NOT NULL CHECK (size_bytes > 0),
  created_at timestamptz NOT NULL,
  settled_at timestamptz,
  arrived boolean,
  CHECK ((settled_at IS NULL) = (arrived IS NULL)),
  PRIMARY KEY (organization_id, letter_id),
  FOREIGN KEY (organization_id, recipient_id) REFERENCES pickup.recipient
);
CREATE INDEX letter_of_offer ON pickup.letter (organization_id, offer_id);
SELECT platform.protect_tenant_table('pickup.letter');

-- What happened to an offer, for the sender's timeline.
CREATE TABLE pickup.receipt (
  organization_id uuid NOT NULL,
  receipt_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('noticed', 'notice-failed', 'opened', 'downloaded', 'replied',
    'reminded', 'extended', 'revoked', 'expired', 'locked')),
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, receipt_id)
);
CREATE INDEX receipt_of_offer ON pickup.receipt (organization_id, offer_id, receipt_id);
SELECT platform.protect_tenant_table('pickup.receipt', 'SELECT, INSERT');
