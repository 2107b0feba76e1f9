-- What nothing reads goes: columns that no page ever filled or asked for, a table that was never
-- filled, and functions that others took the place of.

ALTER TABLE citizen DROP COLUMN birth_decade;
ALTER TABLE tenant DROP COLUMN single_person;
DROP FUNCTION IF EXISTS post_release(bigint, bigint, boolean, interval), sms_month_now(), seat_capacity(bigint, int);
DROP TABLE municipality;
