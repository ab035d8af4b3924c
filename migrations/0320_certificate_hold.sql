-- A certificate that its issuer has put on hold is not used, and is asked about again: the hold may end (RFC 5280 §5.3.1).

ALTER TABLE protection.known_key DROP CONSTRAINT known_key_revocation_check;
ALTER TABLE protection.known_key ADD CONSTRAINT known_key_revocation_check
  CHECK (revocation IN ('good', 'on-hold', 'revoked', 'unknown', 'nowhere-to-ask')) NOT VALID;
ALTER TABLE protection.known_key VALIDATE CONSTRAINT known_key_revocation_check;
