-- What a sender asked of reports (RFC 3461), sealed: ORCPT is an address. NULL where nothing was asked.
ALTER TABLE delivery.delivery ADD COLUMN dsn_sealed bytea;
