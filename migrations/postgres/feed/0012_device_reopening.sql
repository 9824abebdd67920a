-- Sealed tablets that a registrar allowed to be opened again, each once: the store that `device` sealed, by the tablet `by_device`.
CREATE TABLE device_reopening (
  device BYTEA NOT NULL,
  by_device BYTEA NOT NULL,
  allowed_at BIGINT NOT NULL,
  used_at BIGINT,
  CONSTRAINT device_reopening_pkey PRIMARY KEY (device),
  CONSTRAINT device_reopening_device_fkey FOREIGN KEY (device) REFERENCES device (id),
  CONSTRAINT device_reopening_by_device_fkey FOREIGN KEY (by_device) REFERENCES device (id)
);
