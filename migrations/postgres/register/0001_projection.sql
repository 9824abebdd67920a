-- How far the register has followed the feeds, in which order, and what became of each entry.
-- Everything in this database can be made again from the feed. Ids are 16 bytes, hashes 32, times microseconds (…_ms: milliseconds), booleans 0/1.

-- One row. The projector holds it for the length of its transaction, so there is one projector at a time.
CREATE TABLE projection_head (
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT projection_head_pkey PRIMARY KEY (id),
  CONSTRAINT projection_head_one_row CHECK (id = 1),
  CONSTRAINT projection_head_seq_positive CHECK (seq >= 0)
);

INSERT INTO projection_head (id, seq, updated_at) VALUES (1, 0, 0);

-- The recorded order in which places of all feeds were consumed; a rebuild follows it.
CREATE TABLE projection_order (
  seq BIGINT NOT NULL,
  operation BYTEA NOT NULL,
  place BIGINT NOT NULL,
  CONSTRAINT projection_order_pkey PRIMARY KEY (seq),
  CONSTRAINT projection_order_operation_place_unique UNIQUE (operation, place)
);

CREATE TABLE projected_scope (
  operation BYTEA NOT NULL,
  place BIGINT NOT NULL,
  CONSTRAINT projected_scope_pkey PRIMARY KEY (operation)
);

CREATE TABLE entry (
  operation BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  journal BYTEA NOT NULL,
  number BIGINT NOT NULL,
  doc BYTEA NOT NULL,
  kind TEXT NOT NULL,
  officer BYTEA NOT NULL,
  device BYTEA NOT NULL,
  claimed_at_ms BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  place BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  decision_held BIGINT,
  status TEXT NOT NULL,
  code TEXT,
  bytes BYTEA NOT NULL,
  CONSTRAINT entry_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT entry_hash_length CHECK (length(hash) = 32),
  CONSTRAINT entry_doc_length CHECK (length(doc) = 16),
  CONSTRAINT entry_status_known CHECK (status IN ('folded', 'waiting', 'void', 'claim'))
);

CREATE INDEX entry_doc ON entry (operation, doc);
CREATE INDEX entry_journal ON entry (operation, journal, number);
CREATE INDEX entry_place ON entry (operation, place, idx);

-- An entry that stands on one not here yet, a row for each missing hash.
CREATE TABLE waiting (
  operation BYTEA NOT NULL,
  entry BYTEA NOT NULL,
  missing BYTEA NOT NULL,
  since BIGINT NOT NULL,
  journal BYTEA NOT NULL,
  CONSTRAINT waiting_pkey PRIMARY KEY (operation, entry, missing)
);

CREATE INDEX waiting_missing ON waiting (operation, missing);
