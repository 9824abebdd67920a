-- What was said, byte for byte, and in which order the register took it in.

-- The next free place of an operation's feed. Its row is locked to give out places, so that a reader never passes a gap.
CREATE TABLE scope_head (
  operation BLOB NOT NULL,
  next_place INTEGER NOT NULL,
  CONSTRAINT scope_head_pkey PRIMARY KEY (operation),
  CONSTRAINT scope_head_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT scope_head_next_place_positive CHECK (next_place >= 1)
) STRICT;

CREATE TABLE journal (
  operation BLOB NOT NULL,
  id BLOB NOT NULL,
  device BLOB NOT NULL,
  next_number INTEGER NOT NULL,
  last_segment_hash BLOB,
  last_entry_hash BLOB,
  forked_at INTEGER,
  closed_at INTEGER,
  first_place INTEGER,
  last_place INTEGER,
  CONSTRAINT journal_pkey PRIMARY KEY (operation, id),
  CONSTRAINT journal_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT journal_id_length CHECK (length(id) = 16),
  CONSTRAINT journal_device_length CHECK (length(device) = 16),
  CONSTRAINT journal_last_segment_hash_length CHECK (last_segment_hash IS NULL OR length(last_segment_hash) = 32),
  CONSTRAINT journal_last_entry_hash_length CHECK (last_entry_hash IS NULL OR length(last_entry_hash) = 32),
  CONSTRAINT journal_places_whole CHECK ((first_place IS NULL) = (last_place IS NULL))
) STRICT;

CREATE INDEX journal_device ON journal (device);

CREATE TABLE segment (
  operation BLOB NOT NULL,
  place INTEGER NOT NULL,
  hash BLOB NOT NULL,
  journal BLOB NOT NULL,
  device BLOB NOT NULL,
  first_number INTEGER NOT NULL,
  entry_count INTEGER NOT NULL,
  sealed_at_ms INTEGER NOT NULL,
  decision_held INTEGER,
  received_at INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  held_state TEXT NOT NULL,
  bytes BLOB NOT NULL,
  receipt BLOB,
  CONSTRAINT segment_pkey PRIMARY KEY (operation, place),
  CONSTRAINT segment_operation_hash_unique UNIQUE (operation, hash),
  CONSTRAINT segment_journal_fkey FOREIGN KEY (operation, journal) REFERENCES journal (operation, id),
  CONSTRAINT segment_place_positive CHECK (place >= 1),
  CONSTRAINT segment_hash_length CHECK (length(hash) = 32),
  CONSTRAINT segment_device_length CHECK (length(device) = 16),
  CONSTRAINT segment_entry_count_positive CHECK (entry_count >= 1),
  CONSTRAINT segment_bytes_present CHECK (length(bytes) > 0),
  CONSTRAINT segment_held_state_known CHECK (held_state IN ('admitted', 'held_for_review'))
) STRICT;

-- The order of audit leaves is the order of all operations together, the one that the register follows.
CREATE UNIQUE INDEX segment_leaf_index_unique ON segment (leaf_index);
CREATE INDEX segment_journal ON segment (operation, journal, first_number);
CREATE INDEX segment_held ON segment (operation, place) WHERE held_state = 'held_for_review';

-- Two different entries with one (journal, number): proof that a journal was copied.
CREATE TABLE fork_proof (
  operation BLOB NOT NULL,
  journal BLOB NOT NULL,
  number INTEGER NOT NULL,
  segment_a BLOB NOT NULL,
  segment_b BLOB NOT NULL,
  found_at INTEGER NOT NULL,
  CONSTRAINT fork_proof_pkey PRIMARY KEY (operation, journal, number, found_at)
) STRICT;

-- What was refused and why. The bytes are kept to a quota a device, then only hash and reason.
CREATE TABLE refusal (
  id BLOB NOT NULL,
  device BLOB,
  operation BLOB,
  code TEXT NOT NULL,
  hash BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  bytes BLOB,
  detail TEXT NOT NULL,
  CONSTRAINT refusal_pkey PRIMARY KEY (id),
  CONSTRAINT refusal_id_length CHECK (length(id) = 16),
  CONSTRAINT refusal_hash_length CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX refusal_device ON refusal (device, received_at);

-- Segments of a revoked device that came late: kept aside until a person decides.
CREATE TABLE segment_aside (
  operation BLOB NOT NULL,
  hash BLOB NOT NULL,
  device BLOB NOT NULL,
  journal BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  reason TEXT NOT NULL,
  decided_at INTEGER,
  decision BLOB,
  CONSTRAINT segment_aside_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT segment_aside_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT segment_aside_hash_length CHECK (length(hash) = 32),
  CONSTRAINT segment_aside_decided_whole CHECK (decision IS NULL OR decided_at IS NOT NULL)
) STRICT;

CREATE INDEX segment_aside_device ON segment_aside (device, received_at);

-- Received bytes never change. A segment's receipt may be filled in once, and a held segment may be admitted by decision.
CREATE TRIGGER segment_append_only_update BEFORE UPDATE OF
  operation, place, hash, journal, device, first_number, entry_count, sealed_at_ms, decision_held, received_at, leaf_index, bytes
ON segment BEGIN SELECT RAISE(ABORT, 'segment_append_only'); END;
CREATE TRIGGER segment_append_only_state BEFORE UPDATE OF receipt, held_state ON segment
WHEN (old.receipt IS NOT NULL AND new.receipt IS NOT old.receipt)
  OR (old.held_state = 'admitted' AND new.held_state <> 'admitted')
BEGIN SELECT RAISE(ABORT, 'segment_append_only'); END;
CREATE TRIGGER segment_append_only_delete BEFORE DELETE ON segment BEGIN SELECT RAISE(ABORT, 'segment_append_only'); END;

CREATE TRIGGER fork_proof_append_only_update BEFORE UPDATE ON fork_proof BEGIN SELECT RAISE(ABORT, 'fork_proof_append_only'); END;
CREATE TRIGGER fork_proof_append_only_delete BEFORE DELETE ON fork_proof BEGIN SELECT RAISE(ABORT, 'fork_proof_append_only'); END;

-- The bytes of a refusal may be trimmed, nothing else.
CREATE TRIGGER refusal_append_only_update BEFORE UPDATE OF
  id, device, operation, code, hash, received_at, detail
ON refusal BEGIN SELECT RAISE(ABORT, 'refusal_append_only'); END;
CREATE TRIGGER refusal_append_only_bytes BEFORE UPDATE OF bytes ON refusal
WHEN new.bytes IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'refusal_append_only'); END;
CREATE TRIGGER refusal_append_only_delete BEFORE DELETE ON refusal BEGIN SELECT RAISE(ABORT, 'refusal_append_only'); END;
