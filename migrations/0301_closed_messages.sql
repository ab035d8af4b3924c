-- Messages that came in encrypted to a key that is not kept here, once for each of those they came for: they are tried
-- again when one of them brings a key.

CREATE TABLE protection.closed_message (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  message_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openpgp', 'smime')),
  recipient_user_ids uuid[] NOT NULL, -- all of them
  arrival jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, user_id, message_id)
);
CREATE INDEX closed_message_message ON protection.closed_message (organization_id, message_id);
SELECT platform.protect_tenant_table('protection.closed_message', 'SELECT, INSERT, DELETE');

ALTER TABLE protection.waiting_message ADD COLUMN again boolean NOT NULL DEFAULT false;

-- What was found first gives way to what is found with the new key; the audit log keeps both.
GRANT DELETE ON protection.opened_message TO carepost_app;
