-- How far the register has followed the feeds, in which order, and what became of each entry.
-- Everything in this database can be made again from the feed. Ids are 16 bytes, hashes 32, times microseconds (…_ms: milliseconds), booleans 0/1.

-- One row. The projector holds it for the length of its transaction, so there is one projector at a time.
CREATE TABLE projection_head (
  id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CONSTRAINT projection_head_pkey PRIMARY KEY (id),
  CONSTRAINT projection_head_one_row CHECK (id = 1),
  CONSTRAINT projection_head_seq_positive CHECK (seq >= 0)
) STRICT;

INSERT INTO projection_head (id, seq, updated_at) VALUES (1, 0, 0);

-- The recorded order in which places of all feeds were consumed; a rebuild follows it.
CREATE TABLE projection_order (
  seq INTEGER NOT NULL,
  operation BLOB NOT NULL,
  place INTEGER NOT NULL,
  CONSTRAINT projection_order_pkey PRIMARY KEY (seq),
  CONSTRAINT projection_order_operation_place_unique UNIQUE (operation, place)
) STRICT;

CREATE TABLE projected_scope (
  operation BLOB NOT NULL,
  place INTEGER NOT NULL,
  CONSTRAINT projected_scope_pkey PRIMARY KEY (operation)
) STRICT;

CREATE TABLE entry (
  operation BLOB NOT NULL,
  hash BLOB NOT NULL,
  journal BLOB NOT NULL,
  number INTEGER NOT NULL,
  doc BLOB NOT NULL,
  kind TEXT NOT NULL,
  officer BLOB NOT NULL,
  device BLOB NOT NULL,
  claimed_at_ms INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  place INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  decision_held INTEGER,
  status TEXT NOT NULL,
  code TEXT,
  bytes BLOB NOT NULL,
  CONSTRAINT entry_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT entry_hash_length CHECK (length(hash) = 32),
  CONSTRAINT entry_doc_length CHECK (length(doc) = 16),
  CONSTRAINT entry_status_known CHECK (status IN ('folded', 'waiting', 'void', 'claim'))
) STRICT;

CREATE INDEX entry_doc ON entry (operation, doc);
CREATE INDEX entry_journal ON entry (operation, journal, number);
CREATE INDEX entry_place ON entry (operation, place, idx);

-- An entry that stands on one not here yet, a row for each missing hash.
CREATE TABLE waiting (
  operation BLOB NOT NULL,
  entry BLOB NOT NULL,
  missing BLOB NOT NULL,
  since INTEGER NOT NULL,
  journal BLOB NOT NULL,
  CONSTRAINT waiting_pkey PRIMARY KEY (operation, entry, missing)
) STRICT, WITHOUT ROWID;

CREATE INDEX waiting_missing ON waiting (operation, missing);
