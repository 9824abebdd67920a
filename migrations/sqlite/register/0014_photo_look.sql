-- Under what the photos of items are found that look alike: ten keys of parts of a difference hash (sync-core/src/rules/looks.rs).
-- A register made before this has to be made again: `ploughshare rebuild`.

CREATE TABLE photo_look (
  look INTEGER NOT NULL,
  operation BLOB NOT NULL,
  item BLOB NOT NULL,
  CONSTRAINT photo_look_pkey PRIMARY KEY (look, operation, item)
) STRICT, WITHOUT ROWID;
