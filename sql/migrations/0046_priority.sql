-- Who goes first in a lottery is said by its rule (rule ->> 'first', a quota whose claims go first), and whom
-- staff put ahead in a queue by application.ahead.
ALTER TABLE application DROP COLUMN priority;
