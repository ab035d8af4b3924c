-- The queue by destination. A destination is a set of mail servers: all domains at one provider share it.

-- Where an organisation's mail for a domain went last. Names of servers may name a person, so they are sealed.
CREATE TABLE delivery.route (
  organization_id uuid NOT NULL,
  domain_index bytea NOT NULL,
  destination text COLLATE "C" NOT NULL,
  server_sealed bytea NOT NULL,
  PRIMARY KEY (organization_id, domain_index)
);
CREATE INDEX route_of_destination ON delivery.route (organization_id, destination);
SELECT platform.protect_tenant_table('delivery.route');

-- How fast each destination takes mail, learned by all delivery processes together. The name is a digest of the servers'.
CREATE TABLE delivery.destination (
  destination text COLLATE "C" PRIMARY KEY,
  concurrency real NOT NULL CHECK (concurrency >= 1),
  threshold real NOT NULL CHECK (threshold >= 1),
  failures integer NOT NULL CHECK (failures >= 0),
  rests_until timestamptz,
  because text,
  reply_code smallint CHECK (reply_code BETWEEN 200 AND 599),
  heard_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1
);
CREATE INDEX destination_heard ON delivery.destination (heard_at);
SELECT platform.grant_shared_table('delivery.destination');

-- Delivery processes that are alive, on the database's time: they share what a destination takes.
CREATE TABLE delivery.process (
  process_id uuid PRIMARY KEY,
  alive_until timestamptz NOT NULL
);
SELECT platform.grant_shared_table('delivery.process');

ALTER TABLE delivery.delivery
  -- '': not known yet
  ADD COLUMN destination text COLLATE "C" NOT NULL DEFAULT '',
  -- its time has come: what is not ready is never looked at when there is work to be found
  ADD COLUMN ready boolean NOT NULL DEFAULT false,
  -- a person asked for it to be tried now, out of turn
  ADD COLUMN urged boolean NOT NULL DEFAULT false,
  -- attempts in a row whose process ended
  ADD COLUMN interruptions smallint NOT NULL DEFAULT 0 CHECK (interruptions >= 0),
  -- when its sender must hear of it although nothing happens: the delay notice first, then the end
  ADD COLUMN attend_at timestamptz;

DROP INDEX delivery.delivery_due;
-- What can go, by who goes first, then by organisation, destination and domain: the next of each is one step away.
CREATE INDEX delivery_ready ON delivery.delivery (priority, organization_id, destination, domain_index, next_attempt_at, message_id)
  WHERE ready AND state IN ('queued', 'deferred', 'uncertain');
CREATE INDEX delivery_waking ON delivery.delivery (next_attempt_at)
  WHERE NOT ready AND NOT urged AND interruptions < 2 AND next_attempt_at IS NOT NULL AND state IN ('queued', 'deferred', 'uncertain');
-- What goes by itself: urged by a person, or interrupted before, so that it takes no others along if it ends the process.
CREATE INDEX delivery_singled_out ON delivery.delivery (next_attempt_at)
  WHERE (urged OR interruptions >= 2) AND next_attempt_at IS NOT NULL AND state IN ('queued', 'deferred', 'uncertain');
CREATE INDEX delivery_attended ON delivery.delivery (attend_at) WHERE attend_at IS NOT NULL AND state IN ('queued', 'deferred');
-- For the queue page: what an organisation waits for, by destination.
CREATE INDEX delivery_waiting ON delivery.delivery (organization_id, destination, next_attempt_at, delivery_id)
  WHERE state IN ('queued', 'attempting', 'deferred', 'uncertain');
CREATE INDEX delivery_held ON delivery.delivery (organization_id, state_since, delivery_id) WHERE state = 'held';

-- A queue lives by rows that are found dead quickly.
ALTER TABLE delivery.delivery SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0.05);

-- Rest by organisation, destination or domain; who said so and why.
ALTER TABLE delivery.pause
  ADD COLUMN scope text NOT NULL DEFAULT 'organization' CHECK (scope IN ('organization', 'destination', 'domain')),
  ADD COLUMN key bytea NOT NULL DEFAULT '',
  ADD COLUMN label_sealed bytea,
  ADD COLUMN reason_sealed bytea,
  ADD COLUMN paused_by uuid;
ALTER TABLE delivery.pause DROP CONSTRAINT pause_pkey;
ALTER TABLE delivery.pause ADD PRIMARY KEY (organization_id, scope, key);
