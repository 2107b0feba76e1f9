-- What staff were sending when their login had lapsed (R18): sealed JSON, which waits for the same
-- person to sign in again in the same browser.  unsent_at: when it came; NULL once it was shown.
-- follows: it is another login of the same person in the same browser, where forms of the one before
-- may still be open.
ALTER TABLE staff_session ADD unsent bytea, ADD unsent_at timestamptz, ADD follows boolean NOT NULL DEFAULT false;
