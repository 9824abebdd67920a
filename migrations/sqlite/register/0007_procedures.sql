-- What people do with many items at once, what lies in which store, and what filters on items need.
-- A register made before this has to be made again: `ploughshare rebuild`.

-- A row for each marking session, hand-over, count, incident, destruction and spot check. Of a hand-over `site` and `store` give,
-- `to_site` and `to_store` receive. `at_ms` is when it was or is to be, `heard_at` when the register received the newest word on it.
CREATE TABLE procedure_row (
  operation BLOB NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  state TEXT,
  site TEXT,
  store TEXT,
  to_site TEXT,
  to_store TEXT,
  occasion TEXT,
  at_ms INTEGER,
  recorder BLOB NOT NULL,
  device BLOB NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  clock_drift_ms INTEGER,
  conflicts INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  findings_open INTEGER NOT NULL DEFAULT 0,
  content BLOB NOT NULL,
  changed_seq INTEGER NOT NULL,
  CONSTRAINT procedure_row_pkey PRIMARY KEY (operation, id),
  CONSTRAINT procedure_row_id_length CHECK (length(id) = 16),
  CONSTRAINT procedure_row_kind_known CHECK (kind IN ('marking_session', 'handover', 'count', 'incident', 'destruction', 'spot_check'))
) STRICT;

CREATE INDEX procedure_row_kind ON procedure_row (operation, kind, id);
CREATE INDEX procedure_row_place ON procedure_row (operation, kind, site, store, at_ms);

-- Every member of a procedure that stands and names an item, and whether that is a result by which the item was destroyed.
CREATE TABLE procedure_reference (
  operation BLOB NOT NULL,
  procedure BLOB NOT NULL,
  set_name TEXT NOT NULL,
  key TEXT NOT NULL,
  item BLOB NOT NULL,
  quantity INTEGER,
  destroyed INTEGER NOT NULL,
  CONSTRAINT procedure_reference_pkey PRIMARY KEY (operation, procedure, set_name, key),
  CONSTRAINT procedure_reference_destroyed_flag CHECK (destroyed IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX procedure_reference_item ON procedure_reference (operation, item, procedure);

-- Seals, so that one used twice is found.
CREATE TABLE procedure_seal (
  operation BLOB NOT NULL,
  procedure BLOB NOT NULL,
  key TEXT NOT NULL,
  number TEXT NOT NULL,
  CONSTRAINT procedure_seal_pkey PRIMARY KEY (operation, procedure, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX procedure_seal_number ON procedure_seal (operation, number, procedure);

-- Movements into and out of stores, told from each item's own chain. in - out - destroyed - lost = present.
CREATE TABLE stock_move (
  operation BLOB NOT NULL,
  item BLOB NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  site TEXT NOT NULL,
  store TEXT NOT NULL,
  direction TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  event TEXT NOT NULL,
  handover BLOB,
  CONSTRAINT stock_move_pkey PRIMARY KEY (operation, item, key),
  CONSTRAINT stock_move_direction_known CHECK (direction IN ('in', 'out', 'destroyed', 'lost')),
  CONSTRAINT stock_move_quantity_positive CHECK (quantity > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_move_store ON stock_move (operation, site, store, at_ms);

-- Why somebody finds a finding in order, on whatever document they said it.
CREATE TABLE justification (
  operation BLOB NOT NULL,
  doc BLOB NOT NULL,
  key TEXT NOT NULL,
  rule TEXT NOT NULL,
  finding TEXT,
  reason TEXT NOT NULL,
  officer BLOB NOT NULL,
  CONSTRAINT justification_pkey PRIMARY KEY (operation, doc, key)
) STRICT, WITHOUT ROWID;

-- A finding is about a document; `item` and `other_item` name it whatever its kind.
ALTER TABLE finding ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'item';
ALTER TABLE finding ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN justified_by BLOB;
ALTER TABLE finding ADD COLUMN justification TEXT;

ALTER TABLE attestation ADD COLUMN key_device BLOB;

ALTER TABLE item ADD COLUMN rack TEXT;
ALTER TABLE item ADD COLUMN box TEXT;
ALTER TABLE item ADD COLUMN evidence_hold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN trace_pending INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN destruction BLOB;
ALTER TABLE item ADD COLUMN person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN undisposed_since_ms INTEGER;
ALTER TABLE item ADD COLUMN clock_drift_ms INTEGER;

CREATE INDEX item_held ON item (operation, id) WHERE evidence_hold = 1 OR trace_pending = 1 OR temporary = 1;
CREATE INDEX item_destruction ON item (operation, destruction) WHERE destruction IS NOT NULL;
CREATE INDEX item_undisposed ON item (operation, undisposed_since_ms) WHERE undisposed_since_ms IS NOT NULL;
