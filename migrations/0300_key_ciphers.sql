-- What the program of a certificate's owner says that it can read (RFC 8551 §2.5.2), and what the administrator says.
-- Names of algorithms, and no person: in the clear.

ALTER TABLE protection.known_key
  ADD COLUMN cipher_setting text NOT NULL DEFAULT 'auto' CHECK (cipher_setting IN ('auto', 'gcm', 'cbc')),
  ADD COLUMN ciphers text[], -- in the order of its owner; null: never said
  ADD COLUMN reads_oaep boolean,
  ADD COLUMN ciphers_said_at timestamptz; -- when it was signed: older mail changes nothing
