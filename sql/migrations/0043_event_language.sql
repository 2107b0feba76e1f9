-- Events may be read in all languages that surveys may: those of the questionnaire are offered,
-- and what is said in each stands in texts.  So far English was, wherever it was written.
DO $$
DECLARE
  me    text := current_user;
  towns bigint[];
  town  bigint;
BEGIN
  SET LOCAL ROLE chromo_directory;
  towns := ARRAY(SELECT id FROM tenant);
  EXECUTE format('SET LOCAL ROLE %I', me);
  FOREACH town IN ARRAY towns LOOP
    PERFORM set_config('chromo.tenant', town::text, true);
    UPDATE questionnaire n SET languages = n.languages || 'en'::text
      FROM event e WHERE e.questionnaire_id = n.id AND e.texts -> 'en' ->> 'title' <> '' AND 'en' <> ALL (n.languages);
  END LOOP;
  PERFORM set_config('chromo.tenant', '', true);
END $$;
