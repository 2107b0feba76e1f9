-- Two entries become one while a message is under way (citizen_follow()).  A place in a batch is
-- never exchanged: the ledger goes on under the number of the entry that ended, and only the way
-- to the person is looked up in the one that goes on.

-- Under which number this person is in a message: their own, unless only an entry that ended in
-- theirs has a place there; of several the one that got it.
CREATE OR REPLACE FUNCTION ledger_place(p_message bigint, p_citizen bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM citizen WHERE successor = p_citizen) OR EXISTS (SELECT FROM ledger_person(p_message, p_citizen)) THEN
    RETURN p_citizen;
  END IF;
  RETURN coalesce((SELECT o.id
                     FROM citizen o
                    CROSS JOIN LATERAL (SELECT bool_or(p.state IN ('accepted', 'delivered')) AS got FROM ledger_person(p_message, o.id) p) l
                    WHERE o.successor = p_citizen AND l.got IS NOT NULL
                    ORDER BY l.got DESC, o.id LIMIT 1), p_citizen);
END $$;

-- To whom the place of an entry that ended leads.  NULL: to nobody; they left, or have a place of
-- their own, or may yet get one, as long as the message is planned.
CREATE OR REPLACE FUNCTION ledger_successor(p_message bigint, p_citizen bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT z.id
            FROM citizen c
            JOIN citizen z ON z.id = c.successor AND z.state = 'active'
            JOIN message m ON m.id = p_message AND coalesce(m.planned_to, z.id) >= z.id
           WHERE c.id = p_citizen AND ledger_place(p_message, z.id) = p_citizen);
END $$;

-- The addresses to which a place leads whose own entry has none.
CREATE OR REPLACE FUNCTION successor_addresses(b batch, p_citizen bigint)
RETURNS TABLE (address bytea, language text, contact_id bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT k.address, z.language, k.id
    FROM citizen z
    JOIN contact k ON k.citizen_id = z.id AND k.channel = b.channel AND k.state = 'active'
   WHERE z.id = ledger_successor(b.message_id, p_citizen)
   ORDER BY k.id;
END $$;
