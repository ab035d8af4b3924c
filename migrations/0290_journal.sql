-- Copies for an organisation's archive: a purpose and a lane of their own, behind everything else.
ALTER TABLE delivery.delivery DROP CONSTRAINT delivery_purpose_check;
ALTER TABLE delivery.delivery ADD CONSTRAINT delivery_purpose_check CHECK (purpose IN ('message', 'letter', 'forward', 'journal'));
ALTER TABLE delivery.delivery DROP CONSTRAINT delivery_lane_check;
ALTER TABLE delivery.delivery ADD CONSTRAINT delivery_lane_check
  CHECK (lane IN ('code', 'notice', 'care', 'appointment', 'billing', 'administrative', 'marketing', 'journal'));
