-- The beginning of a segment that a bad link cut off, one a device and operation at most. It is no part of what was said: it goes when
-- the segment is whole, or when the device begins another.

CREATE TABLE segment_part (
  operation BLOB NOT NULL,
  device BLOB NOT NULL,
  hash BLOB NOT NULL,
  size INTEGER NOT NULL,
  held BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  CONSTRAINT segment_part_pkey PRIMARY KEY (operation, device),
  CONSTRAINT segment_part_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT segment_part_device_length CHECK (length(device) = 16),
  CONSTRAINT segment_part_hash_length CHECK (length(hash) = 32),
  CONSTRAINT segment_part_begun CHECK (length(held) >= 1 AND length(held) <= size)
) STRICT;
