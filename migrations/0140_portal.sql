-- Portal: sign-in of recipients. No account, no password: a session follows a confirmed code.
CREATE SCHEMA portal;
SELECT platform.grant_schema('portal');

CREATE TABLE portal.session (
  organization_id uuid NOT NULL,
  session_id uuid NOT NULL,
  token_digest bytea NOT NULL,
  recipient_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, session_id),
  UNIQUE (organization_id, token_digest)
);
CREATE INDEX session_ended ON portal.session (ends_at);
SELECT platform.protect_tenant_table('portal.session');

-- Replies made: what an Idempotency-Key has already produced.
CREATE TABLE portal.reply (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  replied_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, message_id)
);
CREATE INDEX reply_to_offer ON portal.reply (organization_id, offer_id, message_id);
SELECT platform.protect_tenant_table('portal.reply', 'SELECT, INSERT');

-- How often an anonymous caller has asked, by keyed digest of who and what. Belongs to no organisation.
CREATE TABLE portal.request_count (
  bucket bytea NOT NULL PRIMARY KEY,
  window_started_at timestamptz NOT NULL,
  requests integer NOT NULL CHECK (requests >= 1)
);
CREATE INDEX request_count_old ON portal.request_count (window_started_at);
SELECT platform.grant_shared_table('portal.request_count');
