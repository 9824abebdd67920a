-- What the rules noticed, and counts kept by difference.

-- id is the SHA-256 of rule, subject, other subject and key, so that the same finding has the same row after a rebuild.
CREATE TABLE finding (
  id BLOB NOT NULL,
  rule TEXT NOT NULL,
  version INTEGER NOT NULL,
  severity TEXT NOT NULL,
  operation BLOB NOT NULL,
  item BLOB,
  other_operation BLOB,
  other_item BLOB,
  path TEXT,
  message TEXT NOT NULL,
  args TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_seq INTEGER NOT NULL,
  changed_seq INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  CONSTRAINT finding_pkey PRIMARY KEY (id),
  CONSTRAINT finding_id_length CHECK (length(id) = 32),
  CONSTRAINT finding_state_known CHECK (state IN ('open', 'justified', 'fixed'))
) STRICT;

CREATE INDEX finding_item ON finding (operation, item);
CREATE INDEX finding_other_item ON finding (other_operation, other_item) WHERE other_item IS NOT NULL;
CREATE INDEX finding_state ON finding (state, rule);

-- Unknown is the empty text, so that the key is whole.
CREATE TABLE rollup (
  operation BLOB NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  context TEXT NOT NULL,
  status TEXT NOT NULL,
  n INTEGER NOT NULL,
  CONSTRAINT rollup_pkey PRIMARY KEY (operation, kind, class, context, status),
  CONSTRAINT rollup_n_positive CHECK (n >= 0)
) STRICT, WITHOUT ROWID;
