-- Every file that a statement names, whether or not it counts: what was said decides what has to be here.
-- A register made before this has to be made again: `ploughshare rebuild`.

CREATE TABLE media_reference (
  operation BLOB NOT NULL,
  entry BLOB NOT NULL,
  idx INTEGER NOT NULL,
  doc BLOB NOT NULL,
  hash BLOB NOT NULL,
  role TEXT NOT NULL,
  original BLOB,
  set_name TEXT NOT NULL,
  view TEXT,
  bytes INTEGER,
  device BLOB NOT NULL,
  officer BLOB NOT NULL,
  by_register INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  CONSTRAINT media_reference_pkey PRIMARY KEY (operation, entry, idx),
  CONSTRAINT media_reference_hash_length CHECK (length(hash) = 32),
  CONSTRAINT media_reference_role_known CHECK (role IN ('original', 'small')),
  CONSTRAINT media_reference_by_register_flag CHECK (by_register IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX media_reference_hash ON media_reference (operation, hash);
CREATE INDEX media_reference_original ON media_reference (operation, original) WHERE original IS NOT NULL;
CREATE INDEX media_reference_doc ON media_reference (operation, doc);
CREATE INDEX media_reference_age ON media_reference (operation, received_at, entry, idx);
