-- What officers attested in their own name, and what the register therefore shows as verified.

CREATE TABLE attestation (
  operation BYTEA NOT NULL,
  doc BYTEA NOT NULL,
  entry BYTEA NOT NULL,
  idx BIGINT NOT NULL,
  what TEXT NOT NULL,
  officer BYTEA NOT NULL,
  standing TEXT NOT NULL,
  reason TEXT,
  digest BYTEA NOT NULL,
  note TEXT NOT NULL,
  claimed_at_ms BIGINT NOT NULL,
  CONSTRAINT attestation_pkey PRIMARY KEY (operation, doc, entry, idx),
  CONSTRAINT attestation_standing_known CHECK (standing IN ('current', 'amended', 'differs', 'missing'))
);

-- A row for each document that has attestations. `content` is the version verified last, `amendments` what is said since.
CREATE TABLE review (
  operation BYTEA NOT NULL,
  doc BYTEA NOT NULL,
  state TEXT NOT NULL,
  entry BYTEA,
  officer BYTEA,
  content BYTEA,
  amendments BYTEA,
  CONSTRAINT review_pkey PRIMARY KEY (operation, doc),
  CONSTRAINT review_state_known CHECK (state IN ('none', 'verified', 'amended', 'has_issues', 'rejected', 'disputed')),
  CONSTRAINT review_whole CHECK ((entry IS NULL) = (content IS NULL) AND (entry IS NULL) = (officer IS NULL) AND (entry IS NULL) = (amendments IS NULL))
);

CREATE INDEX review_state ON review (state, operation, doc);
