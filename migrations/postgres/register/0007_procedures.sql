-- What people do with many items at once, what lies in which store, and what filters on items need.
-- A register made before this has to be made again: `ploughshare rebuild`.

-- A row for each marking session, hand-over, count, incident, destruction and spot check. Of a hand-over `site` and `store` give,
-- `to_site` and `to_store` receive. `at_ms` is when it was or is to be, `heard_at` when the register received the newest word on it.
CREATE TABLE procedure_row (
  operation BYTEA NOT NULL,
  id BYTEA NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  state TEXT,
  site TEXT,
  store TEXT,
  to_site TEXT,
  to_store TEXT,
  occasion TEXT,
  at_ms BIGINT,
  recorder BYTEA NOT NULL,
  device BYTEA NOT NULL,
  recorded_at_ms BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  heard_at BIGINT NOT NULL,
  clock_drift_ms BIGINT,
  conflicts BIGINT NOT NULL,
  claims BIGINT NOT NULL,
  findings_open BIGINT NOT NULL DEFAULT 0,
  content BYTEA NOT NULL,
  changed_seq BIGINT NOT NULL,
  CONSTRAINT procedure_row_pkey PRIMARY KEY (operation, id),
  CONSTRAINT procedure_row_id_length CHECK (length(id) = 16),
  CONSTRAINT procedure_row_kind_known CHECK (kind IN ('marking_session', 'handover', 'count', 'incident', 'destruction', 'spot_check'))
);

CREATE INDEX procedure_row_kind ON procedure_row (operation, kind, id);
CREATE INDEX procedure_row_place ON procedure_row (operation, kind, site, store, at_ms);

-- Every member of a procedure that stands and names an item, and whether that is a result by which the item was destroyed.
CREATE TABLE procedure_reference (
  operation BYTEA NOT NULL,
  procedure BYTEA NOT NULL,
  set_name TEXT NOT NULL,
  key TEXT NOT NULL,
  item BYTEA NOT NULL,
  quantity BIGINT,
  destroyed BIGINT NOT NULL,
  CONSTRAINT procedure_reference_pkey PRIMARY KEY (operation, procedure, set_name, key),
  CONSTRAINT procedure_reference_destroyed_flag CHECK (destroyed IN (0, 1))
);

CREATE INDEX procedure_reference_item ON procedure_reference (operation, item, procedure);

-- Seals, so that one used twice is found.
CREATE TABLE procedure_seal (
  operation BYTEA NOT NULL,
  procedure BYTEA NOT NULL,
  key TEXT NOT NULL,
  number TEXT NOT NULL,
  CONSTRAINT procedure_seal_pkey PRIMARY KEY (operation, procedure, key)
);

CREATE INDEX procedure_seal_number ON procedure_seal (operation, number, procedure);

-- Movements into and out of stores, told from each item's own chain. in - out - destroyed - lost = present.
CREATE TABLE stock_move (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  site TEXT NOT NULL,
  store TEXT NOT NULL,
  direction TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  event TEXT NOT NULL,
  handover BYTEA,
  CONSTRAINT stock_move_pkey PRIMARY KEY (operation, item, key),
  CONSTRAINT stock_move_direction_known CHECK (direction IN ('in', 'out', 'destroyed', 'lost')),
  CONSTRAINT stock_move_quantity_positive CHECK (quantity > 0)
);

CREATE INDEX stock_move_store ON stock_move (operation, site, store, at_ms);

-- Why somebody finds a finding in order, on whatever document they said it.
CREATE TABLE justification (
  operation BYTEA NOT NULL,
  doc BYTEA NOT NULL,
  key TEXT NOT NULL,
  rule TEXT NOT NULL,
  finding TEXT,
  reason TEXT NOT NULL,
  officer BYTEA NOT NULL,
  CONSTRAINT justification_pkey PRIMARY KEY (operation, doc, key)
);

-- A finding is about a document; `item` and `other_item` name it whatever its kind.
ALTER TABLE finding ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'item';
ALTER TABLE finding ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN justified_by BYTEA;
ALTER TABLE finding ADD COLUMN justification TEXT;

ALTER TABLE attestation ADD COLUMN key_device BYTEA;

ALTER TABLE item ADD COLUMN rack TEXT;
ALTER TABLE item ADD COLUMN box TEXT;
ALTER TABLE item ADD COLUMN evidence_hold BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN trace_pending BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN temporary BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN destruction BYTEA;
ALTER TABLE item ADD COLUMN person BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN undisposed_since_ms BIGINT;
ALTER TABLE item ADD COLUMN clock_drift_ms BIGINT;

CREATE INDEX item_held ON item (operation, id) WHERE evidence_hold = 1 OR trace_pending = 1 OR temporary = 1;
CREATE INDEX item_destruction ON item (operation, destruction) WHERE destruction IS NOT NULL;
CREATE INDEX item_undisposed ON item (operation, undisposed_since_ms) WHERE undisposed_since_ms IS NOT NULL;
