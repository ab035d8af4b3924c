-- When signed DNS last proved the servers of a domain: it is not quietly taken back to less.
ALTER TABLE protection.domain_evidence ADD COLUMN dane_seen_at timestamptz;
