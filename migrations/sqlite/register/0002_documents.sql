-- What the statements about one thing add up to, where people disagree, and what does not count.

CREATE TABLE document (
  operation BLOB NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  heads BLOB NOT NULL,
  digest BLOB NOT NULL,
  entries INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  born_place INTEGER NOT NULL,
  changed_seq INTEGER NOT NULL,
  update_needed INTEGER NOT NULL,
  CONSTRAINT document_pkey PRIMARY KEY (operation, id),
  CONSTRAINT document_id_length CHECK (length(id) = 16),
  CONSTRAINT document_digest_length CHECK (length(digest) = 32),
  CONSTRAINT document_update_needed_flag CHECK (update_needed IN (0, 1))
) STRICT;

CREATE INDEX document_kind ON document (operation, kind, id);
CREATE INDEX document_changed_seq ON document (changed_seq);

CREATE TABLE conflict (
  operation BLOB NOT NULL,
  doc BLOB NOT NULL,
  path TEXT NOT NULL,
  choices TEXT NOT NULL,
  opened_seq INTEGER NOT NULL,
  CONSTRAINT conflict_pkey PRIMARY KEY (operation, doc, path)
) STRICT, WITHOUT ROWID;

-- Entries that are shown but do not count.
CREATE TABLE claim (
  operation BLOB NOT NULL,
  doc BLOB NOT NULL,
  entry BLOB NOT NULL,
  reason TEXT NOT NULL,
  officer BLOB NOT NULL,
  CONSTRAINT claim_pkey PRIMARY KEY (operation, doc, entry)
) STRICT, WITHOUT ROWID;
