-- 国民の祝日: whether a day is one, by the law as it stands since 2022
-- (国民の祝日に関する法律), for the years 2022 to 2099.  Staff are warned when mail would
-- go out on such a day; nothing is ever refused because of it.

-- The day is named by the law itself: a fixed date, a second or third Monday, or an equinox.
CREATE OR REPLACE FUNCTION holiday_by_name(p_day date) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN to_char(p_day, 'MM-DD') IN ('01-01', '02-11', '02-23', '04-29', '05-03', '05-04', '05-05',
                                     '08-11', '11-03', '11-23')
      OR (extract(isodow FROM p_day) = 1
          AND (extract(month FROM p_day), ceil(extract(day FROM p_day) / 7)) IN ((1, 2), (7, 3), (9, 3), (10, 2)))
      OR (extract(month FROM p_day) = 3
          AND extract(day FROM p_day) = floor(20.8431 + 0.242194 * (extract(year FROM p_day) - 1980))
                                        - floor((extract(year FROM p_day) - 1980) / 4))
      OR (extract(month FROM p_day) = 9
          AND extract(day FROM p_day) = floor(23.2488 + 0.242194 * (extract(year FROM p_day) - 1980))
                                        - floor((extract(year FROM p_day) - 1980) / 4));
END $$;

-- The same with 振替休日 (the first free day after a holiday on a Sunday) and the
-- day between two holidays.
CREATE OR REPLACE FUNCTION holiday(p_day date) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF holiday_by_name(p_day) OR (holiday_by_name(p_day - 1) AND holiday_by_name(p_day + 1)) THEN
    RETURN true;
  END IF;
  FOR back IN 1 .. 3 LOOP
    EXIT WHEN NOT holiday_by_name(p_day - back);
    IF extract(isodow FROM p_day - back) = 7 THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;
