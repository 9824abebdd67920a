-- Which item names which sealed record of a person; what the record says is not here.

CREATE TABLE item_person (
  operation BLOB NOT NULL,
  item BLOB NOT NULL,
  hash BLOB NOT NULL,
  CONSTRAINT item_person_pkey PRIMARY KEY (operation, item),
  CONSTRAINT item_person_hash_length CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX item_person_hash ON item_person (hash);
