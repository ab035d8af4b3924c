-- Forwarding addresses: mail to an address of the organisation goes on to others, mostly outside.
CREATE TABLE domains.forwarding (
  organization_id uuid NOT NULL,
  forwarding_id uuid NOT NULL,
  domain_id uuid NOT NULL,
  -- of the address that forwards
  address_index bytea NOT NULL,
  -- that address, and where its mail goes on to
  facts_sealed bytea NOT NULL,
  keeps_copy boolean NOT NULL,
  created_at timestamptz NOT NULL,
  -- messages that could not be forwarded, since its targets were last changed
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  last_failed_at timestamptz,
  PRIMARY KEY (organization_id, forwarding_id),
  UNIQUE (organization_id, address_index),
  FOREIGN KEY (organization_id, domain_id) REFERENCES domains.domain
);
CREATE INDEX forwarding_domain ON domains.forwarding (organization_id, domain_id);
SELECT platform.protect_tenant_table('domains.forwarding');

-- On whose account a received message goes on; NULL: to the organisation's own server, or it is no forward.
ALTER TABLE delivery.delivery ADD COLUMN onward_sealed bytea;
