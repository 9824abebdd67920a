-- Series of numbers for unique marks (International Tracing Instrument paras 7 to 10). One counter for the whole register, whatever operation
-- or device takes numbers of it, so that no number is given twice.

-- `name` shows the series as it is read: `*BI######`.
CREATE TABLE mark_series (
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  suffix TEXT NOT NULL,
  width INTEGER NOT NULL,
  next_number INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  CONSTRAINT mark_series_pkey PRIMARY KEY (name),
  CONSTRAINT mark_series_width_range CHECK (width BETWEEN 3 AND 12),
  CONSTRAINT mark_series_next_number_positive CHECK (next_number >= 0)
) STRICT;

-- Which operations take numbers of a series.
CREATE TABLE mark_series_operation (
  operation BLOB NOT NULL,
  series TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  CONSTRAINT mark_series_operation_pkey PRIMARY KEY (operation, series),
  CONSTRAINT mark_series_operation_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT mark_series_operation_series_fkey FOREIGN KEY (series) REFERENCES mark_series (name)
) STRICT, WITHOUT ROWID;

-- Blocks given to devices. The nonce is the device's own, so that a request repeated is answered as the first time.
CREATE TABLE mark_block (
  device BLOB NOT NULL,
  nonce BLOB NOT NULL,
  operation BLOB NOT NULL,
  series TEXT NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  decision INTEGER NOT NULL,
  given_at INTEGER NOT NULL,
  CONSTRAINT mark_block_pkey PRIMARY KEY (device, nonce),
  CONSTRAINT mark_block_series_first_unique UNIQUE (series, first),
  CONSTRAINT mark_block_device_fkey FOREIGN KEY (device) REFERENCES device (id),
  CONSTRAINT mark_block_operation_series_fkey FOREIGN KEY (operation, series) REFERENCES mark_series_operation (operation, series),
  CONSTRAINT mark_block_nonce_length CHECK (length(nonce) = 16),
  CONSTRAINT mark_block_count_positive CHECK (count >= 1)
) STRICT;
