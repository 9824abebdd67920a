-- What the register publishes for tablets, signed: made of the tables beside it, and made anew whenever it is missing. A rebuild drops it and
-- compares none of it.

-- Serials that tablets are warned of. The newest number counts; the one before is kept for downloads under way.
CREATE TABLE lookup_base (
  number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  head BLOB NOT NULL,
  seq INTEGER NOT NULL,
  keys INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  CONSTRAINT lookup_base_pkey PRIMARY KEY (number),
  CONSTRAINT lookup_base_hash_unique UNIQUE (hash),
  CONSTRAINT lookup_base_hash_length CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE lookup_part (
  base BLOB NOT NULL,
  idx INTEGER NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  CONSTRAINT lookup_part_pkey PRIMARY KEY (base, idx),
  CONSTRAINT lookup_part_hash_length CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX lookup_part_hash ON lookup_part (hash);

-- What was added to a base since it was made, in the order noticed.
CREATE TABLE lookup_addition (
  base BLOB NOT NULL,
  idx INTEGER NOT NULL,
  key BLOB NOT NULL,
  tag INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  CONSTRAINT lookup_addition_pkey PRIMARY KEY (base, idx),
  CONSTRAINT lookup_addition_key_length CHECK (length(key) = 8),
  CONSTRAINT lookup_addition_tag_known CHECK (tag BETWEEN 1 AND 5)
) STRICT;

-- Read-only rows of an operation's items, as the register held them at a place.
CREATE TABLE pack (
  operation BLOB NOT NULL,
  seq INTEGER NOT NULL,
  place INTEGER NOT NULL,
  head BLOB NOT NULL,
  item_rows INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  CONSTRAINT pack_pkey PRIMARY KEY (operation, seq)
) STRICT;

-- `seq` is that of the newest pack which has this part.
CREATE TABLE pack_part (
  operation BLOB NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  seq INTEGER NOT NULL,
  CONSTRAINT pack_part_pkey PRIMARY KEY (operation, hash),
  CONSTRAINT pack_part_hash_length CHECK (length(hash) = 32)
) STRICT;

-- What changed since a pack is asked for by when findings changed.
CREATE INDEX finding_changed_seq ON finding (changed_seq);
