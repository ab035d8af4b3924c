-- Inbound gateway: the organisation's own server behind us, which mail for a domain is passed on to. NULL: mailboxes here.
ALTER TABLE domains.domain
  ADD COLUMN destination_host text,
  ADD COLUMN destination_port integer CHECK (destination_port BETWEEN 1 AND 65535),
  -- how it is known who is there: our users, or the server is asked
  ADD COLUMN destination_recipients text CHECK (destination_recipients IN ('listed', 'asked')),
  ADD CHECK ((destination_host IS NULL) = (destination_port IS NULL)),
  ADD CHECK ((destination_host IS NULL) = (destination_recipients IS NULL));

-- What is passed on has no author among our users; what is reported to strangers neither.
ALTER TABLE delivery.delivery DROP CONSTRAINT delivery_purpose_check;
ALTER TABLE delivery.delivery ADD CONSTRAINT delivery_purpose_check CHECK (purpose IN ('message', 'letter', 'forward'));

-- Outbound gateway: servers of the organisation that may send through us.
CREATE TABLE reception.relay (
  organization_id uuid NOT NULL,
  relay_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('own-server', 'microsoft-365', 'google-workspace')),
  networks text[] NOT NULL,
  -- SHA-256 of client certificates, hexadecimal in lower case
  fingerprints text[] NOT NULL,
  -- names that a client certificate of a trusted authority must hold one of
  certificate_names text[] NOT NULL,
  sender_domains text[] NOT NULL CHECK (cardinality(sender_domains) > 0),
  -- whose message it is when its author is not a user here
  user_id uuid NOT NULL,
  -- of the secret that the server puts into the header; NULL where its address or certificate is nobody else's
  token_digest bytea,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, relay_id),
  CHECK (cardinality(networks) + cardinality(fingerprints) + cardinality(certificate_names) > 0),
  CHECK (kind = 'own-server' OR token_digest IS NOT NULL)
);
SELECT platform.protect_tenant_table('reception.relay');
