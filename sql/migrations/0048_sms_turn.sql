-- The month in which parts of SMS were given out is the one into which what they cost is booked,
-- also when the gateway tells after midnight of the first.  given: the month of the last parts
-- of a batch; given_before: so many members had theirs in the month before.
ALTER TABLE batch ADD given date;
ALTER TABLE batch ADD given_before int NOT NULL DEFAULT 0;
