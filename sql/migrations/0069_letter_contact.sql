-- letter_claim() tells the address of the sign-up itself (sql/functions/letter.sql).

DROP FUNCTION IF EXISTS letter_claim(int, interval, int, int[], bigint[], text);
