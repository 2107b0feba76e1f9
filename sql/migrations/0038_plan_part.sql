-- A large message is planned in parts (message_plan_part): the last citizen that was looked
-- at; NULL: not begun, or all are planned.
ALTER TABLE message ADD COLUMN planned_to bigint;
GRANT SELECT (planned_to) ON message TO chromo_directory;
-- It can be asked for a part; a function with another list of arguments would stand beside this one.
DROP FUNCTION IF EXISTS audience(text, bigint[], bigint[], boolean, text[], text[]);
