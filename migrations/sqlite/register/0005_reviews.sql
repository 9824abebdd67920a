-- What officers attested in their own name, and what the register therefore shows as verified.

CREATE TABLE attestation (
  operation BLOB NOT NULL,
  doc BLOB NOT NULL,
  entry BLOB NOT NULL,
  idx INTEGER NOT NULL,
  what TEXT NOT NULL,
  officer BLOB NOT NULL,
  standing TEXT NOT NULL,
  reason TEXT,
  digest BLOB NOT NULL,
  note TEXT NOT NULL,
  claimed_at_ms INTEGER NOT NULL,
  CONSTRAINT attestation_pkey PRIMARY KEY (operation, doc, entry, idx),
  CONSTRAINT attestation_standing_known CHECK (standing IN ('current', 'amended', 'differs', 'missing'))
) STRICT, WITHOUT ROWID;

-- A row for each document that has attestations. `content` is the version verified last, `amendments` what is said since.
CREATE TABLE review (
  operation BLOB NOT NULL,
  doc BLOB NOT NULL,
  state TEXT NOT NULL,
  entry BLOB,
  officer BLOB,
  content BLOB,
  amendments BLOB,
  CONSTRAINT review_pkey PRIMARY KEY (operation, doc),
  CONSTRAINT review_state_known CHECK (state IN ('none', 'verified', 'amended', 'has_issues', 'rejected', 'disputed')),
  CONSTRAINT review_whole CHECK ((entry IS NULL) = (content IS NULL) AND (entry IS NULL) = (officer IS NULL) AND (entry IS NULL) = (amendments IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX review_state ON review (state, operation, doc);
