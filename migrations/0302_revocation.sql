-- Whether the issuer of a certificate has revoked it, as last asked. Only trusted ones are asked about: who sends a
-- certificate along must not make this server call where it names.

ALTER TABLE protection.known_key
  ADD COLUMN revocation text CHECK (revocation IN ('good', 'revoked', 'unknown', 'nowhere-to-ask')), -- null: not asked yet
  ADD COLUMN revocation_asked_at timestamptz,
  ADD COLUMN revocation_due_at timestamptz NOT NULL DEFAULT '-infinity';
CREATE INDEX known_key_revocation_due ON protection.known_key (revocation_due_at)
  WHERE kind = 'smime' AND trust = 'trusted' AND NOT revoked;
