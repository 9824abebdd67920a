-- Which items are one, as registrars judged; where items went that were transferred; the history of findings.
-- Of a pair, the lower (operation, item) stands first. `seq` is that of the segment which brought it.

-- Every judgement of a pair.
CREATE TABLE judgement (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  other_operation BYTEA NOT NULL,
  other_item BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  decision BIGINT NOT NULL,
  judgement TEXT NOT NULL,
  officer BYTEA NOT NULL,
  reason TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  CONSTRAINT judgement_pkey PRIMARY KEY (operation, item, other_operation, other_item, seq, decision),
  CONSTRAINT judgement_known CHECK (judgement IN ('same', 'different', 'unsure'))
);

-- The judgement that holds.
CREATE TABLE item_pair (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  other_operation BYTEA NOT NULL,
  other_item BYTEA NOT NULL,
  judgement TEXT NOT NULL,
  officer BYTEA NOT NULL,
  reason TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  CONSTRAINT item_pair_pkey PRIMARY KEY (operation, item, other_operation, other_item),
  CONSTRAINT item_pair_known CHECK (judgement IN ('same', 'different', 'unsure'))
);

CREATE INDEX item_pair_other ON item_pair (other_operation, other_item);

-- Items that go on in another operation; `place` is that of the decision in the feed of their own.
CREATE TABLE item_move (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  to_operation BYTEA NOT NULL,
  reason TEXT NOT NULL,
  decision BIGINT NOT NULL,
  place BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  moved_at BIGINT NOT NULL,
  CONSTRAINT item_move_pkey PRIMARY KEY (operation, item)
);

-- Items that came from another operation; the first document is the identity of them all.
CREATE TABLE item_origin (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  from_operation BYTEA NOT NULL,
  from_item BYTEA NOT NULL,
  first_operation BYTEA NOT NULL,
  first_item BYTEA NOT NULL,
  CONSTRAINT item_origin_pkey PRIMARY KEY (operation, item)
);

CREATE INDEX item_origin_from ON item_origin (from_operation, from_item);
CREATE INDEX item_origin_first ON item_origin (first_item);

-- A row for each member of a group of items that are one, and for each item that was transferred. The lead alone counts.
CREATE TABLE item_link (
  operation BYTEA NOT NULL,
  item BYTEA NOT NULL,
  lead_operation BYTEA NOT NULL,
  lead_item BYTEA NOT NULL,
  counts BIGINT NOT NULL,
  CONSTRAINT item_link_pkey PRIMARY KEY (operation, item),
  CONSTRAINT item_link_counts_flag CHECK (counts IN (0, 1))
);

CREATE INDEX item_link_lead ON item_link (lead_operation, lead_item);

-- What became of a finding, change by change.
CREATE TABLE finding_event (
  finding BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  state TEXT NOT NULL,
  officer BYTEA,
  reason TEXT,
  at BIGINT NOT NULL,
  CONSTRAINT finding_event_pkey PRIMARY KEY (finding, seq),
  CONSTRAINT finding_event_state_known CHECK (state IN ('open', 'justified', 'fixed'))
);
