-- Mailbox: what each member of staff sees of the organisation's messages: folders, keywords, changes.

CREATE SCHEMA mailbox;
SELECT platform.grant_schema('mailbox');

-- One account a user. Every change takes the next number of `modseq` under the lock of this row, so numbers
-- are handed out in the order in which they become visible; the others are the newest number of each kind.
CREATE TABLE mailbox.account (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  modseq bigint NOT NULL,
  mailbox_modseq bigint NOT NULL,
  email_modseq bigint NOT NULL,
  thread_modseq bigint NOT NULL,
  submission_modseq bigint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
SELECT platform.protect_tenant_table('mailbox.account', 'SELECT, INSERT, UPDATE');

-- In every table below: created_modseq, updated_modseq and destroyed_modseq are the numbers of the last such
-- change; a destroyed row stays, so that clients can be told. People name folders after people: names are sealed.
CREATE TABLE mailbox.folder (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  folder_id uuid NOT NULL,
  parent_id uuid,
  role text CHECK (role IN ('inbox', 'sent', 'drafts', 'archive', 'trash', 'junk')),
  name_sealed bytea,                 -- NULL for a folder with a role, and once destroyed
  name_index bytea,                  -- keyed, of the lower-case name: no two siblings alike
  sort_order integer NOT NULL,
  is_subscribed boolean NOT NULL,
  total_emails integer NOT NULL DEFAULT 0,
  unread_emails integer NOT NULL DEFAULT 0,
  total_threads integer NOT NULL DEFAULT 0,
  unread_threads integer NOT NULL DEFAULT 0,
  created_modseq bigint NOT NULL,
  updated_modseq bigint NOT NULL,    -- of anything but the four numbers
  counted_modseq bigint NOT NULL,    -- of the four numbers
  destroyed_modseq bigint,
  PRIMARY KEY (organization_id, user_id, folder_id),
  CHECK (total_emails >= 0 AND unread_emails BETWEEN 0 AND total_emails),
  CHECK (total_threads >= 0 AND unread_threads BETWEEN 0 AND total_threads)
);
CREATE UNIQUE INDEX folder_role ON mailbox.folder (organization_id, user_id, role) WHERE role IS NOT NULL;
CREATE UNIQUE INDEX folder_name ON mailbox.folder
  (organization_id, user_id, coalesce(parent_id, '00000000-0000-0000-0000-000000000000'::uuid), name_index)
  WHERE destroyed_modseq IS NULL;
SELECT platform.protect_tenant_table('mailbox.folder', 'SELECT, INSERT, UPDATE');

-- A message in one account. Of keywords, those that RFC 8621 and IANA name are in the clear; own ones are
-- words of people: `keywords` holds their keyed index, `own_keywords_sealed` the words.
CREATE TABLE mailbox.email (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  message_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  size_bytes integer NOT NULL,
  keywords text[] NOT NULL,
  own_keywords_sealed bytea,
  is_unread boolean NOT NULL GENERATED ALWAYS AS (NOT (keywords && ARRAY['$seen', '$draft'])) STORED,
  arrival jsonb,                     -- how it came: protocol, TLS version, cipher; codes only
  created_modseq bigint NOT NULL,
  updated_modseq bigint NOT NULL,
  destroyed_modseq bigint,
  PRIMARY KEY (organization_id, user_id, message_id)
);
CREATE INDEX email_received ON mailbox.email (organization_id, user_id, received_at DESC, message_id DESC)
  WHERE destroyed_modseq IS NULL;
CREATE INDEX email_thread ON mailbox.email (thread_id, user_id);
CREATE INDEX email_created ON mailbox.email (organization_id, user_id, created_modseq);
CREATE INDEX email_updated ON mailbox.email (organization_id, user_id, updated_modseq);
CREATE INDEX email_destroyed ON mailbox.email (organization_id, user_id, destroyed_modseq)
  WHERE destroyed_modseq IS NOT NULL;
SELECT platform.protect_tenant_table('mailbox.email', 'SELECT, INSERT, UPDATE');

-- Which folders an email is in. Carries the time, so that a folder is read in order from one index.
CREATE TABLE mailbox.email_folder (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  message_id uuid NOT NULL,
  folder_id uuid NOT NULL,
  received_at timestamptz NOT NULL
);
CREATE INDEX email_folder_received ON mailbox.email_folder
  (organization_id, user_id, folder_id, received_at DESC, message_id DESC);
-- Added last: while the planner knows nothing of the rows yet, both look alike to it and it takes the newest.
ALTER TABLE mailbox.email_folder ADD PRIMARY KEY (organization_id, user_id, message_id, folder_id);
SELECT platform.protect_tenant_table('mailbox.email_folder', 'SELECT, INSERT, DELETE');

CREATE TABLE mailbox.thread (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  created_modseq bigint NOT NULL,
  updated_modseq bigint NOT NULL,
  destroyed_modseq bigint,
  PRIMARY KEY (organization_id, user_id, thread_id)
);
CREATE INDEX thread_created ON mailbox.thread (organization_id, user_id, created_modseq);
CREATE INDEX thread_updated ON mailbox.thread (organization_id, user_id, updated_modseq);
SELECT platform.protect_tenant_table('mailbox.thread', 'SELECT, INSERT, UPDATE');

-- A draft on its way to `sending`: what is sent is a message of its own, whose id is settled before it is
-- handed over, so that a second try is the same sending. Gone once the message has replaced the draft.
CREATE TABLE mailbox.handover (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  draft_id uuid NOT NULL,
  message_id uuid NOT NULL,
  identity_id text NOT NULL,
  envelope_sealed bytea NOT NULL,
  PRIMARY KEY (organization_id, user_id, draft_id),
  UNIQUE (organization_id, message_id)
);
SELECT platform.protect_tenant_table('mailbox.handover');

-- What was sent from a draft.
CREATE TABLE mailbox.submission (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  message_id uuid NOT NULL,          -- the id of the EmailSubmission too
  identity_id text NOT NULL,
  envelope_sealed bytea NOT NULL,
  thread_id uuid NOT NULL,
  sent_at timestamptz NOT NULL,
  created_modseq bigint NOT NULL,
  updated_modseq bigint NOT NULL,
  destroyed_modseq bigint,
  PRIMARY KEY (organization_id, user_id, message_id)
);
SELECT platform.protect_tenant_table('mailbox.submission', 'SELECT, INSERT, UPDATE');

-- Files handed in before the message that will hold them; gone after a day.
CREATE TABLE mailbox.upload (
  organization_id uuid NOT NULL,
  user_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  content_type text NOT NULL,
  size_bytes integer,                -- NULL while it is coming in
  wrapped_key bytea NOT NULL,
  content bytea,                     -- sealed; NULL when it lies in the blob store
  expires_at timestamptz NOT NULL,   -- a row is there before its blob: nothing is left over after a crash
  PRIMARY KEY (organization_id, user_id, upload_id)
);
ALTER TABLE mailbox.upload ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX upload_expiry ON mailbox.upload (expires_at);
SELECT platform.protect_tenant_table('mailbox.upload');

-- Who has read what in which hour: a read is put into the audit log once for each of these.
CREATE TABLE mailbox.read_mark (
  organization_id uuid NOT NULL,
  reader text NOT NULL,              -- the session or key
  message_id uuid NOT NULL,
  depth text NOT NULL CHECK (depth IN ('listed', 'read', 'downloaded')),
  hour timestamptz NOT NULL,
  PRIMARY KEY (organization_id, reader, message_id, depth, hour)
);
CREATE INDEX read_mark_hour ON mailbox.read_mark (hour);
SELECT platform.protect_tenant_table('mailbox.read_mark', 'SELECT, INSERT, DELETE');
