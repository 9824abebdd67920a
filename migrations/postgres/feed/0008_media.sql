-- Photos and other files that are stored whole: who brought which, and the leaf that says so. The bytes are in the media store, not here.
-- `named` says whether an admitted statement named it, as far as was looked; it may become true, never false.

CREATE TABLE media_blob (
  operation BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  bytes BIGINT NOT NULL,
  mime TEXT NOT NULL,
  metadata BIGINT NOT NULL,
  device BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  leaf_index BIGINT NOT NULL,
  named BIGINT NOT NULL,
  CONSTRAINT media_blob_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT media_blob_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT media_blob_hash_length CHECK (length(hash) = 32),
  CONSTRAINT media_blob_device_length CHECK (length(device) = 16),
  CONSTRAINT media_blob_bytes_positive CHECK (bytes >= 1),
  CONSTRAINT media_blob_metadata_flag CHECK (metadata IN (0, 1)),
  CONSTRAINT media_blob_named_flag CHECK (named IN (0, 1))
);

CREATE INDEX media_blob_hash ON media_blob (hash);
CREATE INDEX media_blob_device ON media_blob (device, named);

CREATE TRIGGER media_blob_append_only_update BEFORE UPDATE OF operation, hash, bytes, mime, metadata, device, received_at, leaf_index
ON media_blob FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER media_blob_append_only_named BEFORE UPDATE OF named ON media_blob
FOR EACH ROW WHEN (old.named = 1 AND new.named <> 1) EXECUTE FUNCTION append_only();
CREATE TRIGGER media_blob_append_only_delete BEFORE DELETE ON media_blob FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER media_blob_append_only_truncate BEFORE TRUNCATE ON media_blob FOR EACH STATEMENT EXECUTE FUNCTION append_only();
