-- What PREPARE does not see: the bodies of our PL/pgSQL functions, a trigger's
-- against each table that it hangs on.  Where it hangs there several times, the
-- trigger with the most transition tables stands for all: a branch for UPDATE
-- may name the old rows, which an INSERT has not.
SELECT no_plan();

WITH ours AS (
  SELECT p.oid, p.prorettype
    FROM pg_proc p
    JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
   WHERE p.pronamespace = 'public'::regnamespace
     AND NOT EXISTS (SELECT 1 FROM pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
), bodies AS (
  SELECT DISTINCT ON (o.oid, t.tgrelid)
         o.oid, o.prorettype = 'trigger'::regtype AS is_trigger, t.tgrelid AS relation,
         t.tgoldtable AS old_table, t.tgnewtable AS new_table
    FROM ours o
    LEFT JOIN pg_trigger t ON t.tgfoid = o.oid AND NOT t.tgisinternal
   ORDER BY o.oid, t.tgrelid, num_nonnulls(t.tgoldtable, t.tgnewtable) DESC
)
SELECT is(
         CASE WHEN b.is_trigger AND b.relation IS NULL THEN 'hangs on no table'
              ELSE (SELECT string_agg(format('%s, line %s: %s', c.level, c.lineno, c.message), '; ')
                      FROM plpgsql_check_function_tb(b.oid, coalesce(b.relation, 0),
                             oldtable => b.old_table, newtable => b.new_table,
                             fatal_errors => false, performance_warnings => false,
                             extra_warnings => true) AS c)
         END,
         NULL::text,
         b.oid::regprocedure || coalesce(' on ' || b.relation::regclass, ''))
  FROM bodies b
 ORDER BY b.oid::regprocedure::text, b.relation::regclass::text;

-- Without one the statement above would hold for want of functions.
SELECT ok(count(*) > 0, 'there are functions to check')
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace;

SELECT * FROM finish();
