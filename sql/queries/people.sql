-- 登録者: one person, found by the exact address, and what became of what was sent to them.
-- role: web

-- name: people_find :one
SELECT citizen_id FROM contact WHERE channel = :channel::text AND hash = :hash::bytea;

-- name: people_searched :exec
SELECT audit_write('citizen.searched', nullif(:citizen::bigint, 0), NULL);

-- name: people_viewed :exec
SELECT audit_write('citizen.viewed', :citizen::bigint, NULL);

-- name: people_address :one
-- What they can be called by: the mail address, or else the number of the phone.
SELECT address FROM contact WHERE citizen_id = :citizen::bigint AND channel IN ('email', 'sms') ORDER BY channel LIMIT 1;

-- name: people_show :json
SELECT jsonb_build_object(
         'state',     c.state,
         'chose',     c.state <> 'left',
         'language',  c.language,
         'vital_only', c.vital_only,
         'created',   moment(c.created, :lang::text),
         'confirmed', moment(c.confirmed, :lang),
         'districts', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', d.name) ORDER BY d.place, d.id), '[]')
                         FROM district d WHERE d.id = ANY (c.districts)),
         'topics',    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'vital', t.vital) ORDER BY t.place, t.id), '[]')
                         FROM topic t WHERE t.id = ANY (c.topics)),
         'has_districts', c.districts <> '{}',
         'has_topics', c.topics <> '{}',
         'contacts',  (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', k.channel, 'label', nullif(k.label, ''),
                                'state', k.state, 'reason', k.reason) ORDER BY array_position(c.reach, k.channel), k.id), '[]')
                         FROM contact k WHERE k.citizen_id = c.id))
  FROM citizen c
 WHERE c.id = :citizen::bigint;

-- name: people_messages :json
-- 「この人に届いた？」: the last thirty messages, those that this person was to get.
-- The state is that of the last try; "doubt": one of the tries had no answer.
SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'id', m.id, 'subject', m.subject, 'published', moment(m.published, :lang::text),
                  'channel', l.channel, 'tries', l.tries, 'state', l.state, 'reason', l.reason,
                  'doubt', l.doubt AND l.state = 'accepted', 'when', moment(l.at, :lang))
                ORDER BY m.published DESC, m.id DESC), '[]')
  FROM (SELECT id, subject, published FROM message
         WHERE published IS NOT NULL AND coalesce(recipients, 0) > 0
         ORDER BY published DESC, id DESC LIMIT 30) m
 CROSS JOIN LATERAL (
   SELECT p.channel,
          (array_agg(p.state ORDER BY p.place DESC))[1] AS state,
          (array_agg(p.reason ORDER BY p.place DESC))[1] AS reason,
          (array_agg(p.at ORDER BY p.place DESC))[1] AS at,
          count(*) FILTER (WHERE p.state IN ('accepted', 'later', 'refused', 'unknown')) AS tries,
          bool_or(p.state = 'unknown') AS doubt
     FROM ledger_person(m.id, ledger_place(m.id, :citizen::bigint))
          WITH ORDINALITY AS p (channel, round, try, state, code, reason, detail, at, place)
    GROUP BY p.channel) l;
