-- Which item names which sealed record of a person; what the record says is not here.

CREATE TABLE item_person (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  CONSTRAINT item_person_pkey PRIMARY KEY (operation, item),
  CONSTRAINT item_person_hash_length CHECK (length(hash) = 32)
);

CREATE INDEX item_person_hash ON item_person (hash);
