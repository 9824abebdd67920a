-- What the statements about one thing add up to, where people disagree, and what does not count.

CREATE TABLE document (
  operation BYTEA NOT NULL,
  id BYTEA NOT NULL,
  kind TEXT NOT NULL,
  heads BYTEA NOT NULL,
  digest BYTEA NOT NULL,
  entries BIGINT NOT NULL,
  conflicts BIGINT NOT NULL,
  born_place BIGINT NOT NULL,
  changed_seq BIGINT NOT NULL,
  update_needed BIGINT NOT NULL,
  CONSTRAINT document_pkey PRIMARY KEY (operation, id),
  CONSTRAINT document_id_length CHECK (length(id) = 16),
  CONSTRAINT document_digest_length CHECK (length(digest) = 32),
  CONSTRAINT document_update_needed_flag CHECK (update_needed IN (0, 1))
);

CREATE INDEX document_kind ON document (operation, kind, id);
CREATE INDEX document_changed_seq ON document (changed_seq);

CREATE TABLE conflict (
  operation BYTEA NOT NULL,
  doc BYTEA NOT NULL,
  path TEXT NOT NULL,
  choices TEXT NOT NULL,
  opened_seq BIGINT NOT NULL,
  CONSTRAINT conflict_pkey PRIMARY KEY (operation, doc, path)
);

-- Entries that are shown but do not count.
CREATE TABLE claim (
  operation BYTEA NOT NULL,
  doc BYTEA NOT NULL,
  entry BYTEA NOT NULL,
  reason TEXT NOT NULL,
  officer BYTEA NOT NULL,
  CONSTRAINT claim_pkey PRIMARY KEY (operation, doc, entry)
);
