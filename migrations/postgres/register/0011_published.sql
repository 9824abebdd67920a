-- What the register publishes for tablets, signed: made of the tables beside it, and made anew whenever it is missing. A rebuild drops it and
-- compares none of it.

-- Serials that tablets are warned of. The newest number counts; the one before is kept for downloads under way.
CREATE TABLE lookup_base (
  number BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  head BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  keys BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  CONSTRAINT lookup_base_pkey PRIMARY KEY (number),
  CONSTRAINT lookup_base_hash_unique UNIQUE (hash),
  CONSTRAINT lookup_base_hash_length CHECK (length(hash) = 32)
);

CREATE TABLE lookup_part (
  base BYTEA NOT NULL,
  idx BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  bytes BYTEA NOT NULL,
  CONSTRAINT lookup_part_pkey PRIMARY KEY (base, idx),
  CONSTRAINT lookup_part_hash_length CHECK (length(hash) = 32)
);

CREATE INDEX lookup_part_hash ON lookup_part (hash);

-- What was added to a base since it was made, in the order noticed.
CREATE TABLE lookup_addition (
  base BYTEA NOT NULL,
  idx BIGINT NOT NULL,
  key BYTEA NOT NULL,
  tag BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  CONSTRAINT lookup_addition_pkey PRIMARY KEY (base, idx),
  CONSTRAINT lookup_addition_key_length CHECK (length(key) = 8),
  CONSTRAINT lookup_addition_tag_known CHECK (tag BETWEEN 1 AND 5)
);

-- Read-only rows of an operation's items, as the register held them at a place.
CREATE TABLE pack (
  operation BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  place BIGINT NOT NULL,
  head BYTEA NOT NULL,
  item_rows BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  CONSTRAINT pack_pkey PRIMARY KEY (operation, seq)
);

-- `seq` is that of the newest pack which has this part.
CREATE TABLE pack_part (
  operation BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  bytes BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  CONSTRAINT pack_part_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT pack_part_hash_length CHECK (length(hash) = 32)
);

-- What changed since a pack is asked for by when findings changed.
CREATE INDEX finding_changed_seq ON finding (changed_seq);
