-- Certificates of destruction that were issued. `body` is what its leaf in the log names by hash; `file` is sealed around it and a proof of
-- that leaf, and is absent only between the two moments.

CREATE TABLE certificate (
  operation BYTEA NOT NULL,
  document BYTEA NOT NULL,
  number TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  issued_by BYTEA NOT NULL,
  leaf_index BIGINT NOT NULL,
  list_hash BYTEA NOT NULL,
  body BYTEA NOT NULL,
  file BYTEA,
  CONSTRAINT certificate_pkey PRIMARY KEY (operation, document),
  CONSTRAINT certificate_number_unique UNIQUE (operation, number),
  CONSTRAINT certificate_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT certificate_list_hash_length CHECK (length(list_hash) = 32)
);
