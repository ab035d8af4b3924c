-- The beginning of a message that is known only once its end has come (what we found out about who wrote), sealed
-- under the message's key. Only where the rest is in the blob store; a small message holds it in its content.
ALTER TABLE messages.message ADD COLUMN lead bytea;
ALTER TABLE messages.message ALTER COLUMN lead SET STORAGE EXTERNAL;
ALTER TABLE messages.message ADD CONSTRAINT message_lead_check
  CHECK (lead IS NULL OR (in_blob AND destroyed_at IS NULL));
