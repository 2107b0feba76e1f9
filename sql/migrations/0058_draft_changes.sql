-- A draft that changes an answer which was sent: nobody begins anew with it, nor leaves.
ALTER TABLE response_draft ADD COLUMN changes boolean NOT NULL DEFAULT false;
