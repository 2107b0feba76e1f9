-- What an event tells somebody goes to their LINE and their devices, too: of one notice there
-- is one letter each.  A letter to the mail address or the telephone has no contact_id.
DROP INDEX letter_of_notice;
CREATE UNIQUE INDEX letter_of_notice ON letter (tenant_id, notice_id, application_id, coalesce(contact_id, 0)) WHERE notice_id IS NOT NULL;
