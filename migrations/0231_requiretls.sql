-- The sender asked for proven TLS all the way (RFC 8689): only servers that pass the demand on get it.
ALTER TABLE delivery.delivery ADD COLUMN require_tls boolean NOT NULL DEFAULT false;
