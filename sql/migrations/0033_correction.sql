-- A correction (訂正): a message about an earlier one, for those who got that.
-- Neither column changes: what an approver signed is what goes out.

ALTER TABLE message ADD corrects bigint;
ALTER TABLE message ADD FOREIGN KEY (tenant_id, corrects) REFERENCES message;
-- What becomes of the earlier message's post on X, where it has one.
ALTER TABLE message ADD first_post text CHECK (first_post IN ('reply', 'delete'));
ALTER TABLE message ADD CHECK (first_post IS NULL OR corrects IS NOT NULL);
CREATE INDEX message_corrects ON message (tenant_id, corrects) WHERE corrects IS NOT NULL;

-- The post that this one is a reply to.
ALTER TABLE post ADD first_id bigint;
ALTER TABLE post ADD FOREIGN KEY (tenant_id, first_id) REFERENCES post;

-- Its row has another column (sql/functions/post.sql).
DROP FUNCTION IF EXISTS post_claim(int, interval, int, int[]);
