-- Contacts: people outside. All that identifies them is sealed; the address is found by its blind index.

CREATE SCHEMA contacts;
SELECT platform.grant_schema('contacts');

CREATE TABLE contacts.contact (
  organization_id uuid NOT NULL,
  contact_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('patient', 'member', 'customer', 'referrer')),
  name bytea NOT NULL,
  address bytea NOT NULL,
  address_index bytea NOT NULL,
  phone bytea,
  mrn bytea,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, contact_id)
);
-- Not unique: families share addresses.
CREATE INDEX contact_address ON contacts.contact (organization_id, address_index);
CREATE INDEX contact_newest ON contacts.contact (organization_id, created_at DESC, contact_id DESC);
SELECT platform.protect_tenant_table('contacts.contact');
