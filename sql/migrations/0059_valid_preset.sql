-- Nobody typed until when a message may still be sent: it is a day after it goes out, whenever that is.
ALTER TABLE message ADD COLUMN valid_preset boolean NOT NULL DEFAULT false;
