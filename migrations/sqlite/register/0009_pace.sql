-- The records of one officer in the order of time, for the rule that asks how many there are in an hour.

CREATE INDEX item_recorder_time ON item (operation, recorder, recorded_at_ms);
