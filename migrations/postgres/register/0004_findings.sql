-- What the rules noticed, and counts kept by difference.

-- id is the SHA-256 of rule, subject, other subject and key, so that the same finding has the same row after a rebuild.
CREATE TABLE finding (
  id BYTEA NOT NULL,
  rule TEXT NOT NULL,
  version BIGINT NOT NULL,
  severity TEXT NOT NULL,
  operation BYTEA NOT NULL,
  item BYTEA,
  other_operation BYTEA,
  other_item BYTEA,
  path TEXT,
  message TEXT NOT NULL,
  args TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_seq BIGINT NOT NULL,
  changed_seq BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  CONSTRAINT finding_pkey PRIMARY KEY (id),
  CONSTRAINT finding_id_length CHECK (length(id) = 32),
  CONSTRAINT finding_state_known CHECK (state IN ('open', 'justified', 'fixed'))
);

CREATE INDEX finding_item ON finding (operation, item);
CREATE INDEX finding_other_item ON finding (other_operation, other_item) WHERE other_item IS NOT NULL;
CREATE INDEX finding_state ON finding (state, rule);

-- Unknown is the empty text, so that the key is whole.
CREATE TABLE rollup (
  operation BYTEA NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  context TEXT NOT NULL,
  status TEXT NOT NULL,
  n BIGINT NOT NULL,
  CONSTRAINT rollup_pkey PRIMARY KEY (operation, kind, class, context, status),
  CONSTRAINT rollup_n_positive CHECK (n >= 0)
);
