-- The keys to which bundles for devices are sealed, as each said when it enrolled.
CREATE TABLE device_bundle_key (
  device BYTEA NOT NULL,
  recipient TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  CONSTRAINT device_bundle_key_pkey PRIMARY KEY (device),
  CONSTRAINT device_bundle_key_device_length CHECK (length(device) = 16)
);

-- What a device said it holds, in the newest bundle of it that came: a request of the exchange without segments.
CREATE TABLE bundle_asked (
  operation BYTEA NOT NULL,
  device BYTEA NOT NULL,
  request BYTEA NOT NULL,
  made_at_ms BIGINT NOT NULL,
  CONSTRAINT bundle_asked_pkey PRIMARY KEY (operation, device),
  CONSTRAINT bundle_asked_operation_fkey FOREIGN KEY (operation) REFERENCES operation (id),
  CONSTRAINT bundle_asked_device_length CHECK (length(device) = 16)
);
