-- What was said, byte for byte, and in which order the register took it in.

-- The next free place of an operation's feed. Its row is locked to give out places, so that a reader never passes a gap.
CREATE TABLE scope_head (
  operation BYTEA NOT NULL,
  next_place BIGINT NOT NULL,
  CONSTRAINT scope_head_pkey PRIMARY KEY (operation),
  CONSTRAINT scope_head_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT scope_head_next_place_positive CHECK (next_place >= 1)
);

CREATE TABLE journal (
  operation BYTEA NOT NULL,
  id BYTEA NOT NULL,
  device BYTEA NOT NULL,
  next_number BIGINT NOT NULL,
  last_segment_hash BYTEA,
  last_entry_hash BYTEA,
  forked_at BIGINT,
  closed_at BIGINT,
  first_place BIGINT,
  last_place BIGINT,
  CONSTRAINT journal_pkey PRIMARY KEY (operation, id),
  CONSTRAINT journal_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT journal_id_length CHECK (length(id) = 16),
  CONSTRAINT journal_device_length CHECK (length(device) = 16),
  CONSTRAINT journal_last_segment_hash_length CHECK (last_segment_hash IS NULL OR length(last_segment_hash) = 32),
  CONSTRAINT journal_last_entry_hash_length CHECK (last_entry_hash IS NULL OR length(last_entry_hash) = 32),
  CONSTRAINT journal_places_whole CHECK ((first_place IS NULL) = (last_place IS NULL))
);

CREATE INDEX journal_device ON journal (device);

CREATE TABLE segment (
  operation BYTEA NOT NULL,
  place BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  journal BYTEA NOT NULL,
  device BYTEA NOT NULL,
  first_number BIGINT NOT NULL,
  entry_count BIGINT NOT NULL,
  sealed_at_ms BIGINT NOT NULL,
  decision_held BIGINT,
  received_at BIGINT NOT NULL,
  leaf_index BIGINT NOT NULL,
  held_state TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  receipt BYTEA,
  CONSTRAINT segment_pkey PRIMARY KEY (operation, place),
  CONSTRAINT segment_operation_hash_unique UNIQUE (operation, hash),
  CONSTRAINT segment_journal_fkey FOREIGN KEY (operation, journal) REFERENCES journal (operation, id),
  CONSTRAINT segment_place_positive CHECK (place >= 1),
  CONSTRAINT segment_hash_length CHECK (length(hash) = 32),
  CONSTRAINT segment_device_length CHECK (length(device) = 16),
  CONSTRAINT segment_entry_count_positive CHECK (entry_count >= 1),
  CONSTRAINT segment_bytes_present CHECK (length(bytes) > 0),
  CONSTRAINT segment_held_state_known CHECK (held_state IN ('admitted', 'held_for_review'))
);

-- The order of audit leaves is the order of all operations together, the one that the register follows.
CREATE UNIQUE INDEX segment_leaf_index_unique ON segment (leaf_index);
CREATE INDEX segment_journal ON segment (operation, journal, first_number);
CREATE INDEX segment_held ON segment (operation, place) WHERE held_state = 'held_for_review';

-- Two different entries with one (journal, number): proof that a journal was copied.
CREATE TABLE fork_proof (
  operation BYTEA NOT NULL,
  journal BYTEA NOT NULL,
  number BIGINT NOT NULL,
  segment_a BYTEA NOT NULL,
  segment_b BYTEA NOT NULL,
  found_at BIGINT NOT NULL,
  CONSTRAINT fork_proof_pkey PRIMARY KEY (operation, journal, number, found_at)
);

-- What was refused and why. The bytes are kept to a quota a device, then only hash and reason.
CREATE TABLE refusal (
  id BYTEA NOT NULL,
  device BYTEA,
  operation BYTEA,
  code TEXT NOT NULL,
  hash BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  bytes BYTEA,
  detail TEXT NOT NULL,
  CONSTRAINT refusal_pkey PRIMARY KEY (id),
  CONSTRAINT refusal_id_length CHECK (length(id) = 16),
  CONSTRAINT refusal_hash_length CHECK (length(hash) = 32)
);

CREATE INDEX refusal_device ON refusal (device, received_at);

-- Segments of a revoked device that came late: kept aside until a person decides.
CREATE TABLE segment_aside (
  operation BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  device BYTEA NOT NULL,
  journal BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  reason TEXT NOT NULL,
  decided_at BIGINT,
  decision BYTEA,
  CONSTRAINT segment_aside_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT segment_aside_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT segment_aside_hash_length CHECK (length(hash) = 32),
  CONSTRAINT segment_aside_decided_whole CHECK (decision IS NULL OR decided_at IS NOT NULL)
);

CREATE INDEX segment_aside_device ON segment_aside (device, received_at);

-- Refuses the change and names the table.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%_append_only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$;

-- Received bytes never change. A segment's receipt may be filled in once, and a held segment may be admitted by decision.
CREATE TRIGGER segment_append_only_update BEFORE UPDATE OF
  operation, place, hash, journal, device, first_number, entry_count, sealed_at_ms, decision_held, received_at, leaf_index, bytes
ON segment FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER segment_append_only_state BEFORE UPDATE OF receipt, held_state ON segment FOR EACH ROW
WHEN ((old.receipt IS NOT NULL AND new.receipt IS DISTINCT FROM old.receipt)
  OR (old.held_state = 'admitted' AND new.held_state <> 'admitted'))
EXECUTE FUNCTION append_only();
CREATE TRIGGER segment_append_only_delete BEFORE DELETE ON segment FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER segment_append_only_truncate BEFORE TRUNCATE ON segment FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TRIGGER fork_proof_append_only BEFORE UPDATE OR DELETE ON fork_proof FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER fork_proof_append_only_truncate BEFORE TRUNCATE ON fork_proof FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- The bytes of a refusal may be trimmed, nothing else.
CREATE TRIGGER refusal_append_only_update BEFORE UPDATE OF
  id, device, operation, code, hash, received_at, detail
ON refusal FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER refusal_append_only_bytes BEFORE UPDATE OF bytes ON refusal FOR EACH ROW
WHEN (new.bytes IS NOT NULL)
EXECUTE FUNCTION append_only();
CREATE TRIGGER refusal_append_only_delete BEFORE DELETE ON refusal FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER refusal_append_only_truncate BEFORE TRUNCATE ON refusal FOR EACH STATEMENT EXECUTE FUNCTION append_only();
