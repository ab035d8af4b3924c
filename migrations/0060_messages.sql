-- Messages: immutable stored mail, each under a data key of its own; threads; the search index.

CREATE SCHEMA messages;
SELECT platform.grant_schema('messages');

-- Nothing here says who wrote to whom about what: `summary` (subject, people, date) and `content` are
-- sealed under the message's key, and the key under the organisation's.
CREATE TABLE messages.message (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  content_id uuid NOT NULL,          -- names the content in its authenticated data and its blob
  direction text NOT NULL CHECK (direction IN ('outbound', 'inbound', 'draft', 'system')),
  category text NOT NULL CHECK (category IN
    ('clinical', 'appointment', 'lab-result', 'billing', 'marketing', 'administrative', 'internal')),
  author_id uuid,                    -- the user who wrote it; NULL when it came from outside or from the system
  size_bytes integer NOT NULL,
  in_blob boolean NOT NULL,          -- content is in the blob store, else in this row
  stored_at timestamptz NOT NULL,
  wrapped_key bytea,                 -- NULL once destroyed
  summary bytea,
  content bytea,
  destroyed_at timestamptz,
  destroyed_because text,
  PRIMARY KEY (organization_id, message_id),
  CHECK ((destroyed_at IS NULL) = (wrapped_key IS NOT NULL)),
  CHECK ((destroyed_at IS NULL) = (destroyed_because IS NULL)),
  CHECK ((destroyed_at IS NULL) = (summary IS NOT NULL)),
  CHECK ((content IS NOT NULL) = (destroyed_at IS NULL AND NOT in_blob))
);
-- Ciphertext does not compress: do not try.
ALTER TABLE messages.message ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE messages.message ALTER COLUMN summary SET STORAGE EXTERNAL;
CREATE INDEX message_thread ON messages.message (organization_id, thread_id, message_id);
CREATE UNIQUE INDEX message_content ON messages.message (organization_id, content_id);

-- Which thread a Message-ID belongs to, known from the message itself or from one that refers to it.
-- `reference` is a keyed index of the Message-ID. Different messages may bear the same Message-ID.
CREATE TABLE messages.thread_link (
  organization_id uuid NOT NULL,
  reference bytea NOT NULL,
  thread_id uuid NOT NULL,
  PRIMARY KEY (organization_id, reference)
);

-- What reading the body tells, written a moment after the message. `preview` is sealed under the message's key.
CREATE TABLE messages.digest (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  preview bytea NOT NULL,
  has_attachment boolean NOT NULL,
  readable boolean NOT NULL,         -- false: the body could not be parsed within its limits
  PRIMARY KEY (organization_id, message_id)
);

-- Keyed hashes of the words of a message. A narrow table and not an array under GIN: row level security
-- lets only leakproof operators use an index, and those of arrays are not.
CREATE TABLE messages.search_token (
  organization_id uuid NOT NULL,
  token bigint NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (organization_id, token, message_id)
);
CREATE INDEX search_token_message ON messages.search_token (organization_id, message_id);

-- Messages whose body has not been read yet. A row is taken by moving its due_at, so that no transaction
-- is open while a message is read; it goes with the commit of the digest.
CREATE TABLE messages.unindexed (
  organization_id uuid NOT NULL,
  message_id uuid NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  PRIMARY KEY (organization_id, message_id)
);
CREATE INDEX unindexed_due ON messages.unindexed (due_at);

CREATE FUNCTION messages.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL
    AND (NEW.organization_id, NEW.message_id, NEW.thread_id, NEW.content_id, NEW.direction, NEW.category,
         NEW.author_id, NEW.size_bytes, NEW.in_blob, NEW.stored_at)
      IS NOT DISTINCT FROM
        (OLD.organization_id, OLD.message_id, OLD.thread_id, OLD.content_id, OLD.direction, OLD.category,
         OLD.author_id, OLD.size_bytes, OLD.in_blob, OLD.stored_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A stored message cannot be changed or deleted; only its key can be destroyed'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER message_is_immutable BEFORE UPDATE OR DELETE ON messages.message
  FOR EACH ROW EXECUTE FUNCTION messages.refuse_change();

SELECT platform.protect_tenant_table('messages.message', 'SELECT, INSERT, UPDATE');
SELECT platform.protect_tenant_table('messages.thread_link', 'SELECT, INSERT');
SELECT platform.protect_tenant_table('messages.digest', 'SELECT, INSERT, DELETE');
SELECT platform.protect_tenant_table('messages.search_token', 'SELECT, INSERT, DELETE');
SELECT platform.protect_tenant_table('messages.unindexed');

-- What other modules may join: whether a message has attachments, once it was indexed.
CREATE VIEW messages.published_digest WITH (security_invoker = true) AS
  SELECT organization_id, message_id, has_attachment FROM messages.digest;
GRANT SELECT ON messages.published_digest TO carepost_app;
