-- Two Merkle logs (RFC 6962 hashes): `audit` of deeds, `reads` of sensitive reads, and their signed heads.

CREATE TABLE log_head (
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  CONSTRAINT log_head_pkey PRIMARY KEY (log),
  CONSTRAINT log_head_log_known CHECK (log IN ('audit', 'reads')),
  CONSTRAINT log_head_size_positive CHECK (size >= 0),
  CONSTRAINT log_head_root_length CHECK (length(root) = 32)
) STRICT;

CREATE TABLE log_leaf (
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  hash BLOB NOT NULL,
  CONSTRAINT log_leaf_pkey PRIMARY KEY (log, idx),
  CONSTRAINT log_leaf_log_fkey FOREIGN KEY (log) REFERENCES log_head (log),
  CONSTRAINT log_leaf_idx_positive CHECK (idx >= 0),
  CONSTRAINT log_leaf_hash_length CHECK (length(hash) = 32)
) STRICT;

-- Stored tree hashes in the order of the tlog layout, about two a leaf.
CREATE TABLE log_hash (
  log TEXT NOT NULL,
  idx INTEGER NOT NULL,
  hash BLOB NOT NULL,
  CONSTRAINT log_hash_pkey PRIMARY KEY (log, idx),
  CONSTRAINT log_hash_idx_positive CHECK (idx >= 0),
  CONSTRAINT log_hash_hash_length CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  note BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  CONSTRAINT checkpoint_pkey PRIMARY KEY (log, size),
  CONSTRAINT checkpoint_log_fkey FOREIGN KEY (log) REFERENCES log_head (log)
) STRICT;

-- SHA-256 of nothing: the root of an empty log.
INSERT INTO log_head (log, size, root) VALUES
  ('audit', 0, X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
  ('reads', 0, X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

CREATE TRIGGER log_leaf_append_only_update BEFORE UPDATE ON log_leaf BEGIN SELECT RAISE(ABORT, 'log_leaf_append_only'); END;
CREATE TRIGGER log_leaf_append_only_delete BEFORE DELETE ON log_leaf BEGIN SELECT RAISE(ABORT, 'log_leaf_append_only'); END;
CREATE TRIGGER log_hash_append_only_update BEFORE UPDATE ON log_hash BEGIN SELECT RAISE(ABORT, 'log_hash_append_only'); END;
CREATE TRIGGER log_hash_append_only_delete BEFORE DELETE ON log_hash BEGIN SELECT RAISE(ABORT, 'log_hash_append_only'); END;
CREATE TRIGGER checkpoint_append_only_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint_append_only'); END;
CREATE TRIGGER checkpoint_append_only_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint_append_only'); END;
-- A log only grows.
CREATE TRIGGER log_head_append_only_update BEFORE UPDATE ON log_head WHEN new.log <> old.log OR new.size <= old.size
BEGIN SELECT RAISE(ABORT, 'log_head_append_only'); END;
CREATE TRIGGER log_head_append_only_delete BEFORE DELETE ON log_head BEGIN SELECT RAISE(ABORT, 'log_head_append_only'); END;
