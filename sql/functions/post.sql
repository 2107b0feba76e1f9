-- Posts on X, as the courier does them (app/courier/posts.c).
--
--	queued → sending → accepted | refused | queued (later, or in doubt)
--	queued → held: too late, no account, the month is full
--	held, refused → queued: a person says so
--	doubt that no look clears up → unknown
--	a stop: queued → cancelled; what may be there is looked for and → deleted

-- A message that is stopped, or whose post is taken back.  Of one that may be on its way
-- nobody knows: it is looked for first.
CREATE OR REPLACE FUNCTION post_withdraw(p_message bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE post
     SET state = CASE WHEN state IN ('queued', 'held') AND NOT doubt THEN 'cancelled'
                      WHEN state = 'unknown' THEN 'queued' ELSE state END,
         finished = CASE WHEN state IN ('queued', 'held') AND NOT doubt THEN now() END,
         withdraw = NOT (state IN ('queued', 'held') AND NOT doubt),
         looks = 0, try = 0, due = now()
   WHERE message_id = p_message AND state IN ('queued', 'held', 'sending', 'accepted', 'unknown') AND NOT withdraw
$$;

-- The post of a message that is being planned.  Of a correction it is a reply to the first
-- one, or that is taken away.
CREATE OR REPLACE FUNCTION post_plan(m message) RETURNS void LANGUAGE sql AS $$
  SELECT post_withdraw(m.corrects) WHERE m.first_post = 'delete';
  INSERT INTO post (message_id, gateway_id, first_id, lane, state, reason, due, valid_until, finished)
  SELECT m.id, g.id,
         (SELECT f.id FROM post f WHERE m.first_post = 'reply' AND f.message_id = m.corrects AND f.gateway_id = g.id), CASE WHEN message_vital(m.topics) THEN 0 ELSE 1 END,
         CASE WHEN g.id IS NULL OR m.valid_until <= now() THEN 'held' ELSE 'queued' END,
         CASE WHEN g.id IS NULL THEN 'gateway_missing' WHEN m.valid_until <= now() THEN 'late' END,
         now(), m.valid_until, CASE WHEN g.id IS NULL OR m.valid_until <= now() THEN now() END
    FROM (SELECT) AS once
    LEFT JOIN gateway g ON g.channel = 'x' AND g.place = 1 AND g.active
   WHERE m.by_x
  ON CONFLICT DO NOTHING
$$;

-- Whether X never had this post and may have it now: the message is through, stands as it is, and is
-- not over, and there is an account.
CREATE OR REPLACE FUNCTION post_may_again(p post) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p.state IN ('held', 'refused') AND p.provider_id IS NULL AND NOT p.doubt
         AND EXISTS (SELECT FROM message m WHERE m.id = p.message_id AND m.state = 'sent' AND (m.publish_until > now()) IS NOT FALSE)
         AND NOT EXISTS (SELECT FROM message c WHERE c.corrects = p.message_id AND c.state IN ('approved', 'sending', 'sent'))
         AND EXISTS (SELECT FROM gateway g WHERE g.channel = 'x' AND g.place = 1 AND g.active)
$$;

-- 「もう一度投稿する」: what is through is under way once more.
CREATE OR REPLACE FUNCTION post_again(p_message bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE post p
     SET state = 'queued', gateway_id = g.id, try = 0, looks = 0, due = now(), first_try = NULL, finished = NULL,
         code = NULL, reason = NULL, detail = NULL, valid_until = least(now() + interval '1 day', m.publish_until)
    FROM message m, gateway g
   WHERE p.message_id = p_message AND m.id = p_message AND post_may_again(p)
     AND g.channel = 'x' AND g.place = 1 AND g.active;
  UPDATE message m SET state = 'sending'
   WHERE m.id = p_message AND m.state = 'sent' AND EXISTS (SELECT FROM post p WHERE p.message_id = m.id AND p.state = 'queued')
$$;

-- Which tenants have a post that is due; those of the couriers in p_dead count as given
-- back.  New credentials are tried at once.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION post_work(p_dead int[]) RETURNS TABLE (tenant_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT p.tenant_id FROM post p
    LEFT JOIN gateway g ON g.tenant_id = p.tenant_id AND g.id = p.gateway_id
   WHERE CASE WHEN p.state = 'sending' THEN p.lease_until <= now() OR p.holder = ANY (p_dead)
              ELSE (p.state = 'queued' OR p.withdraw) AND (p.due <= now() OR g.updated > p.last_try) END
   GROUP BY p.tenant_id
   ORDER BY min(p.lane), random();
END $$;
REVOKE ALL ON FUNCTION post_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_work TO chromo_courier;
SET LOCAL ROLE chromo_owner;

-- Posts of this month, as X counts them: what is there, was there, or may be.
CREATE OR REPLACE FUNCTION post_month(p_gateway bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*) FROM post
   WHERE gateway_id = p_gateway AND first_try >= date_trunc('month', now(), 'Asia/Tokyo')
     AND (provider_id IS NOT NULL OR doubt OR state = 'sending'));
END $$;

-- How many the town allows itself in a month; NULL: no end.
CREATE OR REPLACE FUNCTION post_ceiling(g gateway) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (g.settings->>'posts_per_month')::bigint WHERE g.settings->>'posts_per_month' ~ '^[0-9]{1,9}$'
$$;

-- Ends a post that is not sent, and with it maybe its message.
CREATE OR REPLACE FUNCTION post_end(p_post bigint, p_state text, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  m bigint;
BEGIN
  UPDATE post SET state = p_state, reason = p_reason, withdraw = false, finished = now(), lease_until = NULL, holder = NULL
   WHERE id = p_post
  RETURNING message_id INTO m;
  PERFORM message_through(m);
END $$;

-- What may not be begun is ended here, with the reason; true: it may.  An emergency has
-- no ceiling, and is counted.  The row of the account makes two couriers wait for each other.
CREATE OR REPLACE FUNCTION post_may(p post, g gateway, p_dark boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF p.provider_id IS NOT NULL OR p_dark THEN
    IF g.active THEN
      RETURN true;
    END IF;
    PERFORM post_end(p.id, CASE WHEN p.provider_id IS NOT NULL THEN 'accepted' ELSE 'unknown' END, 'gateway_missing');
  ELSIF p.withdraw THEN
    PERFORM post_end(p.id, 'cancelled', 'withdrawn');
  ELSIF p.valid_until <= now() THEN
    PERFORM post_end(p.id, 'held', 'late');
  ELSIF g.active IS NOT TRUE THEN
    PERFORM post_end(p.id, 'held', 'gateway_missing');
  ELSE
    PERFORM FROM gateway x WHERE x.id = g.id FOR NO KEY UPDATE;
    IF p.lane > 0 AND post_month(g.id) >= post_ceiling(g) THEN
      PERFORM post_end(p.id, 'held', 'quota_spent');
    ELSE
      RETURN true;
    END IF;
  END IF;
  RETURN false;
END $$;

-- Of the post that this one is a reply to: '' is not there (any more), and this one stands
-- alone; NULL: nobody knows yet.
CREATE OR REPLACE FUNCTION post_first(p post) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT CASE WHEN f.id IS NULL OR f.withdraw THEN ''
              WHEN f.state = 'accepted' THEN f.provider_id
              WHEN f.state IN ('queued', 'sending') THEN NULL
              ELSE '' END
    FROM (SELECT) AS once
    LEFT JOIN post f ON f.id = p.first_id);
END $$;

-- Takes posts for this courier.  What was being sent by one that is dead may have been
-- carried out.  While the account rests (gateway_health.until) its posts do, unless somebody
-- gave it new credentials.
CREATE OR REPLACE FUNCTION post_claim(p_limit int, p_lease interval, p_holder int, p_dead int[])
RETURNS TABLE (id bigint, message_id bigint, gateway_id bigint, fence bigint, try int, looks int, lane int, doubt boolean,
               withdraw boolean, provider_id text, first_try timestamptz, valid_until timestamptz, content jsonb, reply_to text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  p     post;
  g     gateway;
  rests timestamptz;
  dark  boolean;
BEGIN
  FOR p IN
    SELECT x.* FROM post x LEFT JOIN gateway y ON y.id = x.gateway_id
     WHERE CASE WHEN x.state = 'sending' THEN x.lease_until <= now() OR x.holder = ANY (p_dead)
                ELSE (x.state = 'queued' OR (x.state = 'accepted' AND x.withdraw)) AND (x.due <= now() OR y.updated > x.last_try) END
     ORDER BY x.lane, x.due, x.id
     LIMIT p_limit
       FOR UPDATE OF x SKIP LOCKED
  LOOP
    g := NULL;
    SELECT * INTO g FROM gateway x WHERE x.id = p.gateway_id;
    dark := p.provider_id IS NULL AND (p.doubt OR p.state = 'sending');
    IF NOT post_may(p, g, dark) THEN
      CONTINUE;
    END IF;
    IF p.provider_id IS NULL AND NOT dark AND post_first(p) IS NULL THEN
      UPDATE post x SET due = now() + interval '5 seconds' WHERE x.id = p.id;
      CONTINUE;
    END IF;
    rests := (SELECT h.until FROM gateway_health h WHERE h.gateway_id = g.id AND h.until > now()
                 AND EXISTS (SELECT FROM post o WHERE o.gateway_id = g.id AND o.last_try >= g.updated));
    IF rests IS NOT NULL THEN
      UPDATE post x SET due = rests, state = CASE WHEN x.provider_id IS NULL THEN 'queued' ELSE 'accepted' END, doubt = dark,
                        last_try = coalesce(x.last_try, now()), lease_until = NULL, holder = NULL
       WHERE x.id = p.id;
      CONTINUE;
    END IF;
    UPDATE post x SET state = 'sending', doubt = dark, fence = x.fence + 1, try = x.try + 1, holder = p_holder,
                      lease_until = now() + p_lease, first_try = coalesce(x.first_try, now()), last_try = now()
     WHERE x.id = p.id;
    RETURN QUERY
      SELECT p.id, p.message_id, p.gateway_id, p.fence + 1, p.try + 1, p.looks, p.lane::int, dark, p.withdraw, p.provider_id,
             coalesce(p.first_try, now()), p.valid_until, coalesce(r.content, '{}'), coalesce(post_first(p), '')
        FROM message m
        LEFT JOIN message_rendering r ON r.message_id = m.id AND r.revision = m.revision AND r.channel = 'x' AND r.language = 'ja'
       WHERE m.id = p.message_id;
  END LOOP;
END $$;

-- How the account fares: one that asked for time rests, with all its posts.
CREATE OR REPLACE FUNCTION post_health(p_gateway bigint, p_state text, p_reason text, p_wait interval) RETURNS void LANGUAGE sql AS $$
  INSERT INTO gateway_health AS h (gateway_id, breaker, reason, failures, until, accepted, failed, quota, used, quota_at)
  SELECT g.id, CASE p_state WHEN 'later' THEN 'open' ELSE 'closed' END,
         CASE WHEN p_state IN ('later', 'unknown') THEN p_reason END, (p_state IN ('later', 'unknown'))::int,
         CASE p_state WHEN 'later' THEN now() + p_wait END,
         (p_state = 'accepted')::int, (p_state <> 'accepted')::int, post_ceiling(g), post_month(g.id), now()
    FROM gateway g WHERE g.id = p_gateway
  ON CONFLICT (tenant_id, gateway_id) DO UPDATE
     SET breaker = excluded.breaker, reason = coalesce(excluded.reason, h.reason), until = excluded.until,
         failures = CASE WHEN excluded.failures > 0 THEN h.failures + 1 ELSE 0 END,
         changed = CASE WHEN h.breaker = excluded.breaker THEN h.changed ELSE now() END,
         accepted = h.accepted + excluded.accepted, failed = h.failed + excluded.failed,
         quota = excluded.quota, used = excluded.used, quota_at = excluded.quota_at
$$;

-- Writes down what came of a try: accepted, later, refused or unknown.  A post that is to
-- be gone and has an id was taken away by it.  False: another courier has it by now; a yes
-- counts all the same, if that one is not at work.
CREATE OR REPLACE FUNCTION post_record(p_post bigint, p_fence bigint, p_state text, p_code int, p_reason text, p_detail text,
                                       p_id text, p_wait interval, p_looks int) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  p    post;
  word text := p_state;
  why  text := p_reason;
BEGIN
  SELECT * INTO p FROM post x WHERE x.id = p_post FOR UPDATE;
  IF NOT FOUND OR (p.fence <> p_fence AND (p_state <> 'accepted' OR p.state = 'sending' OR p.provider_id IS NOT NULL)) THEN
    RETURN false;
  END IF;
  -- Without a link two messages may say the same: the post is the other one's.
  IF p_state = 'accepted' AND p.provider_id IS NULL
     AND EXISTS (SELECT FROM post o WHERE o.gateway_id = p.gateway_id AND o.provider_id = p_id AND o.id <> p.id) THEN
    word := 'refused';
    why := 'post_duplicate';
  END IF;
  UPDATE post x
     SET code = nullif(p_code, 0), reason = nullif(why, ''), detail = nullif(p_detail, ''), lease_until = NULL, holder = NULL
   WHERE x.id = p.id;

  IF p.provider_id IS NOT NULL THEN
    UPDATE post x
       SET state = CASE word WHEN 'accepted' THEN 'deleted' ELSE 'accepted' END,
           withdraw = word IN ('later', 'unknown') AND x.try < p_looks,
           due = now() + p_wait, finished = now()
     WHERE x.id = p.id;
  ELSIF word = 'accepted' THEN
    UPDATE post x SET state = 'accepted', provider_id = p_id, doubt = false, posted = now(), finished = now(), due = now(), try = 0,
                      withdraw = x.withdraw OR x.state = 'cancelled'
     WHERE x.id = p.id;
  ELSIF word = 'refused' THEN
    UPDATE post x
       SET state = CASE why WHEN 'expired' THEN 'held' WHEN 'withdrawn' THEN 'cancelled' ELSE 'refused' END,
           reason = CASE why WHEN 'expired' THEN 'late' ELSE x.reason END, doubt = false, withdraw = false, finished = now()
     WHERE x.id = p.id;
  ELSIF word = 'later' THEN
    UPDATE post x SET state = 'queued', doubt = false, looks = 0, due = now() + p_wait WHERE x.id = p.id;
  ELSE
    UPDATE post x
       SET state = CASE WHEN x.looks >= p_looks THEN 'unknown' ELSE 'queued' END, doubt = true, looks = x.looks + 1,
           withdraw = x.withdraw AND x.looks < p_looks,
           finished = CASE WHEN x.looks >= p_looks THEN now() END, due = now() + p_wait
     WHERE x.id = p.id;
  END IF;
  PERFORM post_health(p.gateway_id, word, why, p_wait);
  PERFORM message_through(p.message_id);
  RETURN p.fence = p_fence;
END $$;

-- What is due at this account waits.
CREATE OR REPLACE FUNCTION post_rest(p_gateway bigint, p_reason text, p_wait interval) RETURNS void LANGUAGE sql AS $$
  UPDATE post SET due = now() + p_wait, reason = p_reason, last_try = now()
   WHERE gateway_id = p_gateway AND (state = 'queued' OR (state = 'accepted' AND withdraw)) AND due <= now()
$$;

-- Asks to renew the token of an account in this version: "go", "wait" (another courier is
-- at it), "changed" (read it again) or "lost": it was used up, and nobody knows by what
-- it was followed.
CREATE OR REPLACE FUNCTION renewal_ask(p_gateway bigint, p_version int, p_patience interval) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  r gateway_renewal;
BEGIN
  PERFORM FROM gateway g WHERE g.id = p_gateway AND g.version = p_version FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN 'changed';
  END IF;
  SELECT * INTO r FROM gateway_renewal x WHERE x.gateway_id = p_gateway AND x.version = p_version;
  IF NOT FOUND THEN
    INSERT INTO gateway_renewal (gateway_id, version) VALUES (p_gateway, p_version)
    ON CONFLICT (tenant_id, gateway_id) DO UPDATE SET version = excluded.version, asked = now(), lost = false;
    RETURN 'go';
  END IF;
  IF NOT r.lost AND r.asked > now() - p_patience THEN
    RETURN 'wait';
  END IF;
  PERFORM renewal_lost(p_gateway, p_version);
  RETURN 'lost';
END $$;

-- A person has to sign in again, and is told so.
CREATE OR REPLACE FUNCTION renewal_lost(p_gateway bigint, p_version int) RETURNS void LANGUAGE sql AS $$
  UPDATE gateway_renewal SET lost = true WHERE gateway_id = p_gateway AND version = p_version AND NOT lost;
  INSERT INTO gateway_health AS h (gateway_id, breaker, reason, failures, failed)
  VALUES (p_gateway, 'open', 'sign_in_again', 1, 1)
  ON CONFLICT (tenant_id, gateway_id) DO UPDATE
     SET breaker = 'open', reason = 'sign_in_again', failures = h.failures + 1, until = NULL,
         changed = CASE WHEN h.breaker = 'open' AND h.reason = 'sign_in_again' THEN h.changed ELSE now() END;
  SELECT post_rest(p_gateway, 'sign_in_again', interval '1 minute')
$$;

-- The new secrets, or without them: nothing happened.
CREATE OR REPLACE FUNCTION renewal_done(p_gateway bigint, p_version int, p_secrets bytea) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM gateway_renewal WHERE gateway_id = p_gateway AND version = p_version;
  IF p_secrets IS NULL THEN
    RETURN false;
  END IF;
  UPDATE gateway SET secrets = p_secrets, version = version + 1 WHERE id = p_gateway AND version = p_version;
  RETURN FOUND;
END $$;
