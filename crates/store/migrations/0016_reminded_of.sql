-- What of practice somebody was last reminded of, by commas; the edition is 0 if it was of that alone.
ALTER TABLE reminders ADD COLUMN exercises TEXT NOT NULL DEFAULT '';
