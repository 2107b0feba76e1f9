-- When whoever is signed in last proved with both factors who they are: what is hard to undo is
-- asked for a fresh proof (R20).  A session that is open now has none.
ALTER TABLE staff_session ADD proved timestamptz;

-- Of citizens it is citizen_session.created; they prove it by a code to an address of theirs.
ALTER TABLE address_code DROP CONSTRAINT address_code_purpose_check;
ALTER TABLE address_code ADD CHECK (purpose IN ('add', 'confirm', 'my', 'email', 'again', 'again_sms'));
ALTER TABLE address_code DROP CONSTRAINT address_code_check;
ALTER TABLE address_code ADD CHECK ((citizen_id IS NOT NULL) = (purpose IN ('add', 'email', 'again', 'again_sms')));
