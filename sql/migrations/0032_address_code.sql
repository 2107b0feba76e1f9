-- Codes go to mail addresses, too: what was a code for phones is one for any address.

ALTER TABLE phone_code RENAME TO address_code;
ALTER TABLE address_code RENAME CONSTRAINT phone_code_pkey TO address_code_pkey;
ALTER INDEX phone_code_old RENAME TO address_code_old;
ALTER TABLE address_code DROP CONSTRAINT phone_code_purpose_check;
ALTER TABLE address_code ADD CHECK (purpose IN ('add', 'confirm', 'my', 'email'));

-- citizen_id: whose open マイページ asked, so that the proof is not another's who opens theirs
-- in the same browser.
-- proved: the code was right, and the person is still to say what becomes of the entry that
-- the address belonged to; shown: that entry, as the page showed it.
ALTER TABLE address_code ADD citizen_id bigint;
ALTER TABLE address_code ADD proved timestamptz;
ALTER TABLE address_code ADD shown bigint;
ALTER TABLE address_code ADD FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE;
TRUNCATE address_code;   -- ten minutes old at most, and nobody knows whose; a DELETE would see no town's rows
ALTER TABLE address_code ADD CHECK ((citizen_id IS NOT NULL) = (purpose IN ('add', 'email')));
CREATE INDEX address_code_of ON address_code (tenant_id, citizen_id);

-- They have other names and arguments now.
DROP FUNCTION IF EXISTS phone_ask, phone_try, phone_add, line_attach;
