-- A service may cost several vouchers (funding_programme.service_voucher_counts): they are named under one group, all taken or none.
-- carnet.redemption.rules.decide says the same in Python and a test holds both equal (docs/decisions/0042-follow-one-euro.md).

DROP FUNCTION redeem_many;
DROP FUNCTION check_vouchers;
DROP FUNCTION redemption_evaluate;

-- `p_given`: how many vouchers are given for each item's service; null when that is not asked.
CREATE FUNCTION redemption_evaluate(
  p_organisation bigint[], p_place bigint[], p_service text[], p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date, p_given integer[] DEFAULT NULL)
RETURNS TABLE (
  item integer, outcome text, series_id bigint, voucher_id bigint, generation smallint, pattern smallint, programme_id bigint,
  agreement_id bigint, value_cents integer, accepted_until timestamptz, reserved_until timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT i.item::integer,
    CASE
      WHEN place.id IS NULL THEN 'place-not-accepted'
      WHEN f.id IS NULL THEN 'voucher-unknown'
      WHEN f.mark = 2 THEN 'voucher-already-redeemed'
      WHEN f.mark = 4 OR f.voided_at IS NOT NULL THEN 'voucher-not-active'
      WHEN f.lapsed_at IS NOT NULL OR p_at >= f.accepted_until THEN 'voucher-lapsed'
      WHEN f.activated_at IS NULL OR f.activated_at > p_at OR (f.mark <> 1 AND f.handed_over_at IS NULL) THEN 'voucher-not-active'
      WHEN f.reserved_until > p_at AND f.reserved_by_id <> i.place_id THEN 'voucher-reserved'
      WHEN i.service IS NOT NULL AND NOT (i.service = ANY (f.service_codes) AND i.service = ANY (f.programme_codes)) THEN 'service-not-accepted'
      WHEN i.given <> COALESCE((f.voucher_counts ->> i.service)::integer, 1) THEN 'voucher-count-wrong'
      ELSE 'redeemable'
    END,
    f.series_id, f.id, f.generation, f.pattern, f.programme_id, f.agreement_id, f.face_value_cents, f.accepted_until, f.reserved_until
  FROM unnest(p_organisation, p_place, p_service, p_given) WITH ORDINALITY AS i (organisation_id, place_id, service, given, item)
  LEFT JOIN places_place place ON place.id = i.place_id AND place.operator_id = i.organisation_id AND (place.ended_on IS NULL OR place.ended_on > p_day)
  LEFT JOIN LATERAL (
    SELECT v.id, v.series_id, v.mark, v.generation, v.pattern, v.programme_id, v.reserved_by_id, v.reserved_until, b.handed_over_at, b.voided_at,
      s.lapsed_at, s.activated_at, s.agreement_id, s.face_value_cents, a.service_codes, g.service_codes AS programme_codes,
      g.service_voucher_counts AS voucher_counts,
      COALESCE(v.accepted_until, b.accepted_until, s.accepted_until) AS accepted_until
    FROM unnest(p_candidate_item, p_candidate_hash, p_candidate_series) AS c (item, code_hash, series_id)
    JOIN ledger_voucher v ON v.code_hash = c.code_hash AND (c.series_id = 0 OR v.series_id = c.series_id) /* fan-out: the directory of codes */
    JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
    JOIN ledger_series s ON s.id = v.series_id
    JOIN funding_programme g ON g.id = v.programme_id
    JOIN places_placeacceptance a ON a.place_id = i.place_id AND a.programme_id = v.programme_id
      AND a.from_on <= p_day AND (a.until_on IS NULL OR a.until_on > p_day)
    WHERE c.item = i.item
    LIMIT 1
  ) f ON true
$$;

CREATE FUNCTION check_vouchers(
  p_organisation bigint[], p_place bigint[], p_service text[], p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date, p_given integer[] DEFAULT NULL)
RETURNS TABLE (
  item integer, outcome text, series_id bigint, voucher_id bigint, generation smallint, programme_id bigint, value_cents integer,
  accepted_until timestamptz, reserved_until timestamptz, redeemed_at timestamptz, redeemed_place_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.item, e.outcome, e.series_id, e.voucher_id, e.generation, e.programme_id, e.value_cents, e.accepted_until, e.reserved_until,
    r.at, CASE WHEN r.organisation_id = p_organisation[e.item] THEN r.place_id END
  FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, p_given) e
  LEFT JOIN redemption_redemption r
    ON r.series_id = e.series_id AND r.voucher_id = e.voucher_id AND r.generation = e.generation AND e.outcome = 'voucher-already-redeemed'
$$;

-- Its lookups are of one row each, whatever was planned: see 0005_lookups.
CREATE FUNCTION redeem_many(
  p_organisation bigint[], p_place bigint[], p_service text[], p_attended date[], p_key text[], p_digest bytea[], p_request uuid[],
  p_person bigint[], p_token bigint[], p_channel text[],
  p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date, p_together boolean, p_guesses_max integer, p_instrument text[] DEFAULT NULL,
  p_group uuid[] DEFAULT NULL)
RETURNS TABLE (
  item integer, outcome text, series_id bigint, voucher_id bigint, generation smallint, programme_id bigint, value_cents integer,
  accepted_until timestamptz, redeemed_at timestamptz, redeemed_place_id bigint, answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  n integer := cardinality(p_place);
  state text[];                 -- per item: null = may go on, else its outcome
  answers jsonb[];
  go integer[];                 -- items to try
  done integer[] := '{}';       -- items redeemed now
  d_series bigint[]; d_voucher bigint[]; d_generation smallint[]; d_pattern smallint[]; d_programme bigint[]; d_agreement bigint[];
  d_value integer[]; d_until timestamptz[];
  written integer;
  throttled text[];             -- per item: the dimension guessed in too often, or null
  lowered integer := greatest(p_guesses_max / 4, 1);
  recent integer; known integer;
  given integer[];              -- per item: how many vouchers this call gives for its service
  ranks smallint[];             -- per item: its rank among them, null when it is alone
BEGIN
  -- 0. A service that costs several vouchers names them under one group; any other item is a service by itself.
  IF p_group IS NULL THEN
    given := array_fill(1, ARRAY[n]);
  ELSE
    SELECT array_agg(g.size ORDER BY g.item), array_agg(CASE WHEN g.size > 1 THEN g.rank END ORDER BY g.item) INTO given, ranks
      FROM (
        SELECT i.item, CASE WHEN i.group_id IS NULL THEN 1 ELSE (count(*) OVER (PARTITION BY i.group_id))::integer END AS size,
          (row_number() OVER (PARTITION BY i.group_id ORDER BY i.item))::smallint AS rank
        FROM unnest(p_group) WITH ORDINALITY AS i (group_id, item)) g;
  END IF;

  -- 1. Keys: one request at a time per key; a key already answered gives its answer again.
  SELECT array_agg(CASE WHEN k.key IS NOT NULL AND NOT pg_try_advisory_xact_lock(hashtextextended(k.key, k.organisation_id))
                        THEN 'idempotency-in-flight' END ORDER BY k.item)
    INTO state FROM unnest(p_organisation, p_key) WITH ORDINALITY AS k (organisation_id, key, item);
  SELECT array_agg(CASE WHEN state[k.item] IS NOT NULL THEN state[k.item] WHEN a.id IS NULL THEN NULL
                        WHEN a.body_digest <> k.digest THEN 'idempotency-mismatch' ELSE 'repeated' END ORDER BY k.item),
         array_agg(a.body ORDER BY k.item)
    INTO state, answers
    FROM unnest(p_organisation, p_key, p_digest) WITH ORDINALITY AS k (organisation_id, key, digest, item)
    LEFT JOIN LATERAL (SELECT * FROM journal_answer a WHERE a.organisation_id = k.organisation_id AND a.key = k.key LIMIT 1) a ON true;

  -- 2. Guessing: only unknown and mistyped codes count. Nothing more is looked at while the whole installation is quiet.
  p_instrument := COALESCE(p_instrument, array_fill(NULL::text, ARRAY[n]));
  SELECT count(*) INTO recent FROM (
    SELECT 1 FROM redemption_attempt t WHERE t.at > p_at - interval '15 minutes' AND t.at <= p_at
      AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT lowered) g;
  IF recent >= lowered THEN
    throttled := redemption_throttled(p_organisation, p_place, p_person, p_token, p_instrument, array_fill(false, ARRAY[n]), p_guesses_max, p_at, p_day);
    SELECT array_agg(CASE WHEN state[i] IS NULL AND throttled[i] IS NOT NULL THEN 'too-many-attempts' ELSE state[i] END ORDER BY i)
      INTO state FROM generate_series(1, n) AS i;
  END IF;
  SELECT COALESCE(array_agg(i), '{}') INTO go FROM generate_series(1, n) AS i WHERE state[i] IS NULL;

  -- 3. Locks in one stated order (series, voucher) when several are wanted; a single one is locked by its own update.
  IF cardinality(go) > 1 THEN
    PERFORM 1 FROM ledger_voucher v /* fan-out: the directory of codes */ WHERE v.code_hash = ANY (p_candidate_hash)
      ORDER BY v.series_id, v.id FOR NO KEY UPDATE;
    GET DIAGNOSTICS known = ROW_COUNT;
    -- Fewer vouchers than items: some codes are unknown (or sent twice). They count against the items after them in this very call.
    IF (known < cardinality(go) OR cardinality(go) < n) AND recent + cardinality(go) >= lowered THEN
      SELECT redemption_throttled(p_organisation, p_place, p_person, p_token, p_instrument,
          array_agg(state[e.item] IS NULL AND e.outcome = 'voucher-unknown' ORDER BY e.item), p_guesses_max, p_at, p_day)
        INTO throttled
        FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) e;
      SELECT array_agg(CASE WHEN state[i] IS NULL AND throttled[i] IS NOT NULL THEN 'too-many-attempts' ELSE state[i] END ORDER BY i)
        INTO state FROM generate_series(1, n) AS i;
      SELECT COALESCE(array_agg(i), '{}') INTO go FROM generate_series(1, n) AS i WHERE state[i] IS NULL;
    END IF;
  END IF;

  -- 4. All or none: nothing is taken if one of them cannot be, or if the same voucher comes twice.
  IF p_together AND (cardinality(go) < n AND EXISTS (SELECT 1 FROM unnest(state) AS s WHERE s IS DISTINCT FROM 'repeated' AND s IS NOT NULL)
      OR EXISTS (SELECT 1 FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) e
                 WHERE e.item = ANY (go) AND e.outcome <> 'redeemable')
      OR EXISTS (SELECT 1 FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) e
                 WHERE e.item = ANY (go) GROUP BY e.series_id, e.voucher_id HAVING count(*) > 1)) THEN
    go := '{}';
  END IF;

  -- A group goes whole or not at all: every voucher good, of one programme, and asked once in this call.
  IF ranks IS NOT NULL AND cardinality(go) > 0 THEN
    SELECT COALESCE(array_agg(i ORDER BY i), '{}') INTO go FROM unnest(go) AS i WHERE ranks[i] IS NULL OR p_group[i] IN (
      SELECT p_group[e.item] FROM (
        SELECT e.item, e.programme_id, count(*) OVER (PARTITION BY e.series_id, e.voucher_id) AS times
        FROM redemption_evaluate(
          p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) e
        WHERE e.outcome = 'redeemable' AND e.item = ANY (go)) e
      WHERE ranks[e.item] IS NOT NULL
      GROUP BY p_group[e.item] HAVING count(*) = min(given[e.item]) AND count(DISTINCT e.programme_id) = 1 AND max(e.times) = 1);
  END IF;

  -- 5. Take what can be taken. The mark and the generation are tested again on the locked row: first come, only served.
  IF cardinality(go) > 0 THEN
    WITH taken AS (
      UPDATE ledger_voucher u SET mark = 2, reserved_by_id = NULL, reserved_until = NULL
      FROM (
        SELECT DISTINCT ON (e.series_id, e.voucher_id) e.* FROM redemption_evaluate(
          p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) e
        WHERE e.outcome = 'redeemable' AND e.item = ANY (go)
        ORDER BY e.series_id, e.voucher_id, e.item
      ) e
      WHERE u.series_id = e.series_id AND u.id = e.voucher_id AND u.mark IN (0, 1) AND u.generation = e.generation
        -- Reserved by another meanwhile, or not: the same test as above, on the locked row.
        AND (u.reserved_until IS NULL OR u.reserved_until <= p_at OR u.reserved_by_id = p_place[e.item])
      RETURNING e.item, e.series_id, e.voucher_id, e.generation, e.pattern, e.programme_id, e.agreement_id, e.value_cents, e.accepted_until
    )
    SELECT array_agg(t.item), array_agg(t.series_id), array_agg(t.voucher_id), array_agg(t.generation), array_agg(t.pattern),
           array_agg(t.programme_id), array_agg(t.agreement_id), array_agg(t.value_cents), array_agg(t.accepted_until)
      INTO done, d_series, d_voucher, d_generation, d_pattern, d_programme, d_agreement, d_value, d_until
      FROM taken t;
    done := COALESCE(done, '{}');
    -- A booklet ended, or a series lapsed, between the two looks: nothing of this call stands.
    IF ranks IS NOT NULL AND EXISTS (
      SELECT 1 FROM unnest(go) AS i WHERE ranks[i] IS NOT NULL GROUP BY p_group[i] HAVING count(*) FILTER (WHERE i = ANY (done)) NOT IN (0, count(*))
    ) THEN
      RAISE EXCEPTION 'a service was given some of its vouchers only' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;

  -- 6. Write: the redemption, its money, its journal line, its answer.
  IF cardinality(done) > 0 THEN
    INSERT INTO redemption_redemption (series_id, voucher_id, generation, programme_id, organisation_id, place_id, service_code, attended_on,
        channel, actor_person_id, request_id, at, group_id, group_rank)
      SELECT d.series_id, d.voucher_id, d.generation, d.programme_id, p_organisation[d.item], p_place[d.item], p_service[d.item], p_attended[d.item],
        p_channel[d.item], p_person[d.item], p_request[d.item], p_at, CASE WHEN ranks[d.item] IS NOT NULL THEN p_group[d.item] END, ranks[d.item]
      FROM unnest(done, d_series, d_voucher, d_generation, d_programme) AS d (item, series_id, voucher_id, generation, programme_id);

    INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, voucher_id,
        generation, request_id, at)
      SELECT 'REDEEM', d.series_id, d.programme_id, owed.id, circulation.id, d.value_cents, d.pattern, 1, d.voucher_id, d.generation,
        p_request[d.item], p_at
      FROM unnest(done, d_series, d_voucher, d_generation, d_pattern, d_programme, d_agreement, d_value)
        AS d (item, series_id, voucher_id, generation, pattern, programme_id, agreement_id, value_cents)
      JOIN LATERAL (SELECT owed.id FROM ledger_account owed WHERE owed.agreement_id = d.agreement_id AND owed.kind = 'OWED' AND owed.series_id = 0
        AND owed.organisation_id = p_organisation[d.item] LIMIT 1) owed ON true
      JOIN LATERAL (SELECT circulation.id FROM ledger_account circulation WHERE circulation.agreement_id = d.agreement_id AND circulation.kind = 'CIRCULATION'
        AND circulation.series_id = d.series_id AND circulation.organisation_id = 0 LIMIT 1) circulation ON true;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < cardinality(done) THEN
      -- The first redemption of an organisation under an agreement opens its account, once.
      INSERT INTO ledger_account (kind, programme_id, agreement_id, series_id, organisation_id)
        SELECT DISTINCT 'OWED', d.programme_id, d.agreement_id, 0, p_organisation[d.item]
        FROM unnest(done, d_programme, d_agreement) AS d (item, programme_id, agreement_id)
        ON CONFLICT (agreement_id, kind, series_id, organisation_id) DO NOTHING;
      INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, voucher_id,
          generation, request_id, at)
        SELECT 'REDEEM', d.series_id, d.programme_id, owed.id, circulation.id, d.value_cents, d.pattern, 1, d.voucher_id, d.generation,
          p_request[d.item], p_at
        FROM unnest(done, d_series, d_voucher, d_generation, d_pattern, d_programme, d_agreement, d_value)
          AS d (item, series_id, voucher_id, generation, pattern, programme_id, agreement_id, value_cents)
        JOIN LATERAL (SELECT owed.id FROM ledger_account owed WHERE owed.agreement_id = d.agreement_id AND owed.kind = 'OWED' AND owed.series_id = 0
          AND owed.organisation_id = p_organisation[d.item] LIMIT 1) owed ON true
        JOIN LATERAL (SELECT circulation.id FROM ledger_account circulation WHERE circulation.agreement_id = d.agreement_id AND circulation.kind = 'CIRCULATION'
          AND circulation.series_id = d.series_id AND circulation.organisation_id = 0 LIMIT 1) circulation ON true
        ON CONFLICT (series_id, voucher_id, generation, kind) WHERE voucher_id IS NOT NULL DO NOTHING;
      IF (SELECT count(*) FROM unnest(d_series, d_voucher, d_generation) AS d (series_id, voucher_id, generation)
          JOIN ledger_movement m ON m.series_id = d.series_id AND m.voucher_id = d.voucher_id AND m.generation = d.generation AND m.kind = 'REDEEM'
         ) <> cardinality(done) THEN
        RAISE EXCEPTION 'a redemption found no account for its money' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
    END IF;

    INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id, subject_kind, subject_id,
        request_id, facts)
      SELECT p_at, 'redemption.redeemed', CASE WHEN p_person[d.item] IS NOT NULL THEN 'person' WHEN p_token[d.item] IS NOT NULL THEN 'token' ELSE 'system' END,
        p_person[d.item], '', p_organisation[d.item], d.programme_id, 'voucher', d.series_id || '-' || d.voucher_id, p_request[d.item],
        jsonb_build_object('place', p_place[d.item], 'service', p_service[d.item], 'generation', d.generation)
          || CASE WHEN ranks[d.item] IS NULL THEN '{}' ELSE jsonb_build_object('group', p_group[d.item], 'rank', ranks[d.item]) END
      FROM unnest(done, d_series, d_voucher, d_generation, d_programme) AS d (item, series_id, voucher_id, generation, programme_id);

    INSERT INTO journal_answer (organisation_id, key, body_digest, status, body, at)
      SELECT p_organisation[d.item], p_key[d.item], p_digest[d.item], 201,
        jsonb_build_object('series_id', d.series_id, 'voucher_id', d.voucher_id, 'generation', d.generation), p_at
      FROM unnest(done, d_series, d_voucher, d_generation) AS d (item, series_id, voucher_id, generation)
      WHERE p_key[d.item] IS NOT NULL;
  END IF;

  -- 7. Answer each item: taken now, repeated, or why not, looked at again now that whoever won has committed.
  RETURN QUERY
    SELECT d.item, 'redeemed', d.series_id, d.voucher_id, d.generation, d.programme_id, d.value_cents, d.accepted_until, p_at, p_place[d.item], NULL::jsonb
    FROM unnest(done, d_series, d_voucher, d_generation, d_programme, d_value, d_until)
      AS d (item, series_id, voucher_id, generation, programme_id, value_cents, accepted_until);
  IF cardinality(done) < n THEN
    RETURN QUERY
      SELECT i, state[i], NULL::bigint, NULL::bigint, NULL::smallint, NULL::bigint, NULL::integer, NULL::timestamptz, NULL::timestamptz, NULL::bigint,
        CASE WHEN state[i] = 'too-many-attempts' THEN jsonb_build_object('dimension', throttled[i]) ELSE answers[i] END
      FROM generate_series(1, n) AS i WHERE state[i] IS NOT NULL;
    RETURN QUERY
      SELECT c.item,
        -- Redeemable still, yet not taken: held back with the others, or the same voucher twice in one call.
        CASE WHEN c.outcome = 'redeemable' THEN 'held-back' ELSE c.outcome END,
        c.series_id, c.voucher_id, c.generation, c.programme_id, c.value_cents, c.accepted_until, c.redeemed_at, c.redeemed_place_id,
        CASE c.outcome
          WHEN 'voucher-reserved' THEN jsonb_build_object('reserved_until', c.reserved_until)
          WHEN 'voucher-count-wrong' THEN jsonb_build_object('given', given[c.item], 'needed', (
            SELECT COALESCE((g.service_voucher_counts ->> p_service[c.item])::integer, 1) FROM funding_programme g WHERE g.id = c.programme_id))
        END
      FROM check_vouchers(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) c
      WHERE state[c.item] IS NULL AND c.item <> ALL (done);
    -- Refused tries leave a trace with their reason, never the code.
    PERFORM redemption_keep_attempts(array_agg(p_organisation[t.item]), array_agg(p_place[t.item]), array_agg(p_person[t.item]),
        array_agg(p_token[t.item]), array_agg(p_instrument[t.item]), array_agg(p_channel[t.item]), array_agg(t.outcome), p_guesses_max, p_at, p_day)
      FROM (
        SELECT c.item, c.outcome
        FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day, given) c
        WHERE state[c.item] IS NULL AND c.item <> ALL (done) AND c.outcome <> 'redeemable'
        UNION ALL SELECT i, state[i] FROM generate_series(1, n) AS i WHERE state[i] = 'too-many-attempts'
        ORDER BY 1) t
      HAVING count(*) > 0;
  END IF;
END $$;

ALTER FUNCTION check_vouchers OWNER TO carnet_redeemer;
ALTER FUNCTION redeem_many OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION check_vouchers, redeem_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_vouchers, redeem_many TO carnet_app;
