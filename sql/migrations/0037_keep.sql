-- Once a year a phone is asked whether its messages are still wanted: numbers pass to other people.

-- asks: how often since it was proved last; 3: there was no answer.  asked: when the last of
-- these SMS was taken by the gateway.  narrowed: because of it the person gets only
-- 命を守る情報, and will get what they chose again when they answer.
ALTER TABLE contact ADD asks smallint NOT NULL DEFAULT 0 CHECK (asks BETWEEN 0 AND 3);
ALTER TABLE contact ADD asked timestamptz;
ALTER TABLE contact ADD narrowed boolean NOT NULL DEFAULT false;
CREATE INDEX contact_keep ON contact (tenant_id, asks, confirmed) WHERE channel = 'sms' AND state = 'active';
CREATE INDEX letter_contact ON letter (tenant_id, contact_id) WHERE contact_id IS NOT NULL;
