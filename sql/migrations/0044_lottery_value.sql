-- The public value of a lottery as staff enter it, before it is drawn: each with its day, who
-- and when.  The last one is drawn with; those before it were put right, and stay.
ALTER TABLE lottery ADD COLUMN entered jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(entered) = 'array');
