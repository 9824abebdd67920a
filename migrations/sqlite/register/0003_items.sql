-- Items, their markings and photos, and collections, as the register holds them to be.

CREATE TABLE item (
  operation BLOB NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  tag TEXT,
  tag_norm TEXT,
  class TEXT,
  type_as_seen TEXT,
  make TEXT,
  model TEXT,
  calibre TEXT,
  calibre_as_seen TEXT,
  country TEXT,
  year INTEGER,
  origin_kind TEXT,
  condition TEXT,
  serial_status TEXT,
  serial_text TEXT,
  serial_norm TEXT,
  serial_fold TEXT,
  status TEXT,
  context TEXT,
  collection BLOB,
  holder_category TEXT,
  collected_at_ms INTEGER,
  lat INTEGER,
  lon INTEGER,
  accuracy_m INTEGER,
  place_withheld INTEGER NOT NULL,
  place_name TEXT,
  site TEXT,
  store TEXT,
  quantity INTEGER,
  case_number TEXT,
  recorder BLOB NOT NULL,
  device BLOB NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  markings_count INTEGER NOT NULL,
  photos_count INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  findings_open INTEGER NOT NULL DEFAULT 0,
  claims INTEGER NOT NULL,
  content BLOB NOT NULL,
  changed_seq INTEGER NOT NULL,
  CONSTRAINT item_pkey PRIMARY KEY (operation, id),
  CONSTRAINT item_id_length CHECK (length(id) = 16),
  CONSTRAINT item_collection_length CHECK (collection IS NULL OR length(collection) = 16),
  CONSTRAINT item_place_withheld_flag CHECK (place_withheld IN (0, 1)),
  CONSTRAINT item_place_whole CHECK ((lat IS NULL) = (lon IS NULL)),
  CONSTRAINT item_lat_range CHECK (lat BETWEEN -900000000 AND 900000000),
  CONSTRAINT item_lon_range CHECK (lon BETWEEN -1800000000 AND 1800000000)
) STRICT;

CREATE INDEX item_serial_norm ON item (serial_norm) WHERE serial_norm IS NOT NULL;
CREATE INDEX item_serial_fold ON item (serial_fold) WHERE serial_fold IS NOT NULL;
CREATE INDEX item_tag ON item (tag) WHERE tag IS NOT NULL;
-- Tags are compared without case, spaces and dashes (rule R03).
CREATE INDEX item_tag_norm ON item (tag_norm) WHERE tag_norm IS NOT NULL;
CREATE INDEX item_class ON item (class) WHERE class IS NOT NULL;
CREATE INDEX item_collection ON item (operation, collection) WHERE collection IS NOT NULL;
CREATE INDEX item_case_number ON item (case_number) WHERE case_number IS NOT NULL;
CREATE INDEX item_site ON item (operation, site, id);
-- Runs of consecutive serials at a site (rule R11) are looked for by the serials next to one: answered from the index alone.
CREATE INDEX item_run ON item (operation, serial_norm, site, id) WHERE serial_norm IS NOT NULL AND site IS NOT NULL;
CREATE INDEX item_changed_seq ON item (changed_seq);

-- search_id only ties a marking to the search index; it is not content and may differ after a rebuild.
CREATE TABLE marking (
  search_id INTEGER NOT NULL,
  operation BLOB NOT NULL,
  item BLOB NOT NULL,
  key TEXT NOT NULL,
  type TEXT,
  text TEXT,
  norm TEXT,
  fold TEXT,
  script TEXT,
  condition TEXT,
  location TEXT,
  method TEXT,
  component TEXT,
  photo BLOB,
  withdrawn INTEGER NOT NULL,
  CONSTRAINT marking_pkey PRIMARY KEY (search_id),
  CONSTRAINT marking_operation_item_key_unique UNIQUE (operation, item, key),
  CONSTRAINT marking_withdrawn_flag CHECK (withdrawn IN (0, 1))
) STRICT;

CREATE INDEX marking_norm ON marking (norm) WHERE norm IS NOT NULL;
CREATE INDEX marking_fold ON marking (fold) WHERE fold IS NOT NULL;

-- Partial serials: three-character pieces of `norm`. PostgreSQL has a pg_trgm index for the same.
CREATE VIRTUAL TABLE marking_fts USING fts5 (norm, content = 'marking', content_rowid = 'search_id', tokenize = 'trigram', detail = none);
CREATE TRIGGER marking_fts_insert AFTER INSERT ON marking WHEN new.norm IS NOT NULL BEGIN
  INSERT INTO marking_fts (rowid, norm) VALUES (new.search_id, new.norm);
END;
CREATE TRIGGER marking_fts_delete AFTER DELETE ON marking WHEN old.norm IS NOT NULL BEGIN
  INSERT INTO marking_fts (marking_fts, rowid, norm) VALUES ('delete', old.search_id, old.norm);
END;
CREATE TRIGGER marking_fts_update_out AFTER UPDATE OF norm ON marking WHEN old.norm IS NOT NULL AND new.norm IS NOT old.norm BEGIN
  INSERT INTO marking_fts (marking_fts, rowid, norm) VALUES ('delete', old.search_id, old.norm);
END;
CREATE TRIGGER marking_fts_update_in AFTER UPDATE OF norm ON marking WHEN new.norm IS NOT NULL AND new.norm IS NOT old.norm BEGIN
  INSERT INTO marking_fts (rowid, norm) VALUES (new.search_id, new.norm);
END;

CREATE TABLE photo (
  operation BLOB NOT NULL,
  item BLOB NOT NULL,
  key TEXT NOT NULL,
  hash BLOB NOT NULL,
  view TEXT,
  CONSTRAINT photo_pkey PRIMARY KEY (operation, item, key),
  CONSTRAINT photo_hash_length CHECK (length(hash) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX photo_hash ON photo (hash);

CREATE TABLE collection_row (
  operation BLOB NOT NULL,
  id BLOB NOT NULL,
  context TEXT,
  holder_category TEXT,
  operation_name TEXT,
  site TEXT,
  lat INTEGER,
  lon INTEGER,
  accuracy_m INTEGER,
  place_withheld INTEGER NOT NULL,
  place_name TEXT,
  opened_at_ms INTEGER,
  closed_at_ms INTEGER,
  persons INTEGER,
  weapons_expected INTEGER,
  group_code TEXT,
  tracing_permitted TEXT,
  recorder BLOB NOT NULL,
  conflicts INTEGER NOT NULL,
  content BLOB NOT NULL,
  changed_seq INTEGER NOT NULL,
  CONSTRAINT collection_row_pkey PRIMARY KEY (operation, id),
  CONSTRAINT collection_row_id_length CHECK (length(id) = 16),
  CONSTRAINT collection_row_place_withheld_flag CHECK (place_withheld IN (0, 1)),
  CONSTRAINT collection_row_place_whole CHECK ((lat IS NULL) = (lon IS NULL))
) STRICT;
