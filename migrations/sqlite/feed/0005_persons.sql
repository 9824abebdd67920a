-- What people who hand weapons in said of themselves, sealed. Not part of what was said in the feed: it can be erased, and nothing
-- there changes by it. Erasing takes the sealed bytes and the key away and leaves the row, so that it shows that something was erased.

CREATE TABLE person_blob (
  hash BLOB NOT NULL,
  operation BLOB NOT NULL,
  device BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  sealed BLOB,
  erased_at INTEGER,
  erased_leaf_index INTEGER,
  erased_because TEXT,
  CONSTRAINT person_blob_pkey PRIMARY KEY (hash),
  CONSTRAINT person_blob_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT person_blob_hash_length CHECK (length(hash) = 32),
  CONSTRAINT person_blob_device_length CHECK (length(device) = 16),
  CONSTRAINT person_blob_erased_whole CHECK ((erased_at IS NULL) = (erased_leaf_index IS NULL) AND (erased_at IS NULL) = (erased_because IS NULL)),
  CONSTRAINT person_blob_sealed_or_erased CHECK ((sealed IS NULL) = (erased_at IS NOT NULL))
) STRICT;

CREATE INDEX person_blob_device ON person_blob (device);
CREATE INDEX person_blob_received_at ON person_blob (received_at);

-- The key of one sealed record, wrapped by the master key that is kept outside the database. Without this row nobody reads the record.
CREATE TABLE person_key (
  hash BLOB NOT NULL,
  wrapped BLOB NOT NULL,
  CONSTRAINT person_key_pkey PRIMARY KEY (hash),
  CONSTRAINT person_key_hash_fkey FOREIGN KEY (hash) REFERENCES person_blob (hash),
  CONSTRAINT person_key_wrapped_present CHECK (length(wrapped) > 0)
) STRICT;

-- To which key the tablets of an operation were told to seal.
CREATE TABLE person_recipient (
  operation BLOB NOT NULL,
  recipient TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  CONSTRAINT person_recipient_pkey PRIMARY KEY (operation, recipient),
  CONSTRAINT person_recipient_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id)
) STRICT;

-- Who brought what stays; the sealed bytes may go, once, and never come back.
CREATE TRIGGER person_blob_append_only_update BEFORE UPDATE OF hash, operation, device, received_at, leaf_index
ON person_blob BEGIN SELECT RAISE(ABORT, 'person_blob_append_only'); END;
CREATE TRIGGER person_blob_append_only_sealed BEFORE UPDATE OF sealed, erased_at, erased_leaf_index, erased_because ON person_blob
WHEN new.sealed IS NOT NULL OR old.erased_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'person_blob_append_only'); END;
CREATE TRIGGER person_blob_append_only_delete BEFORE DELETE ON person_blob BEGIN SELECT RAISE(ABORT, 'person_blob_append_only'); END;
CREATE TRIGGER person_key_append_only_update BEFORE UPDATE ON person_key BEGIN SELECT RAISE(ABORT, 'person_key_append_only'); END;
