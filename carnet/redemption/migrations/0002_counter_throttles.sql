-- Guessing is slowed in every dimension, and nothing but guessing is. carnet.redemption.rules.throttled says the same in
-- Python and a test holds both equal (docs/decisions/0013-who-guesses-is-slowed.md). No address of a network is looked at.

GRANT SELECT, INSERT ON redemption_guess, redemption_pressure TO carnet_redeemer;
GRANT USAGE ON SEQUENCE redemption_guess_id_seq, redemption_pressure_id_seq TO carnet_redeemer;
CREATE POLICY redeeming ON redemption_guess TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON redemption_pressure TO carnet_redeemer USING (true) WITH CHECK (true);
-- Only the redeeming functions write them.
REVOKE INSERT ON redemption_attempt, redemption_guess, redemption_pressure FROM carnet_app;

-- Guesses of the last quarter of an hour under one value of one dimension, counted no further than p_most.
CREATE FUNCTION redemption_guesses(p_dimension text, p_value text, p_at timestamptz, p_most integer) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
  since timestamptz := p_at - interval '15 minutes';
  found integer;
BEGIN
  CASE p_dimension
    WHEN 'token' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_attempt t WHERE t.token_id = p_value::bigint AND t.at > since AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT p_most) g;
    WHEN 'person' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_attempt t WHERE t.actor_person_id = p_value::bigint AND t.at > since AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT p_most) g;
    WHEN 'instrument' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_attempt t WHERE t.instrument = p_value AND t.at > since AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT p_most) g;
    WHEN 'place' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_attempt t WHERE t.place_id = p_value::bigint AND t.at > since AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT p_most) g;
    WHEN 'organisation' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_attempt t WHERE t.organisation_id = p_value::bigint AND t.at > since AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT p_most) g;
    WHEN 'programme' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_guess t WHERE t.programme_id = p_value::bigint AND t.at > since AND t.at <= p_at LIMIT p_most) g;
    WHEN 'everywhere' THEN
      SELECT count(*) INTO found FROM (SELECT 1 FROM redemption_attempt t WHERE t.at > since AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown') LIMIT p_most) g;
  END CASE;
  RETURN found;
END $$;

-- For each item, the dimension whose allowance is used up, or null. Items are taken in order: those that p_unknown marks count against the
-- next. Too much over a programme or everywhere closes nobody: it lowers each allowance to a quarter while it lasts.
CREATE FUNCTION redemption_throttled(
  p_organisation bigint[], p_place bigint[], p_person bigint[], p_token bigint[], p_instrument text[], p_unknown boolean[], p_guesses_max integer,
  p_at timestamptz, p_day date) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  n integer := cardinality(p_organisation);
  verdict text[] := array_fill(NULL::text, ARRAY[n]);
  lowered integer := greatest(p_guesses_max / 4, 1);
  dimensions text[] := ARRAY['token', 'person', 'instrument', 'place', 'organisation'];
  factors integer[] := ARRAY[1, 1, 1, 2, 6];
  counted jsonb := '{}';        -- "dimension:value" -> guesses
  pressed jsonb := '{}';        -- place -> whether its allowance is lowered
  everywhere boolean;
  allowance integer;
  subject text[];
  key text;
BEGIN
  -- A quiet quarter of an hour: fewer guesses in the whole installation than the lowest allowance of one hand.
  IF redemption_guesses('everywhere', NULL, p_at, lowered) + cardinality(array_positions(p_unknown, true)) < lowered THEN
    RETURN verdict;
  END IF;
  everywhere := redemption_guesses('everywhere', NULL, p_at, 15 * p_guesses_max) >= 15 * p_guesses_max;
  FOR i IN 1 .. n LOOP
    allowance := p_guesses_max;
    IF everywhere THEN
      allowance := lowered;
    ELSIF p_place[i] IS NOT NULL THEN
      IF NOT pressed ? p_place[i]::text THEN
        pressed := pressed || jsonb_build_object(p_place[i]::text, EXISTS (
          SELECT 1 FROM places_placeacceptance a
          WHERE a.place_id = p_place[i] AND a.from_on <= p_day AND (a.until_on IS NULL OR a.until_on > p_day)
            AND redemption_guesses('programme', a.programme_id::text, p_at, 5 * p_guesses_max) >= 5 * p_guesses_max));
      END IF;
      IF (pressed ->> p_place[i]::text)::boolean THEN
        allowance := lowered;
      END IF;
    END IF;
    subject := ARRAY[p_token[i]::text, p_person[i]::text, p_instrument[i], p_place[i]::text, p_organisation[i]::text];
    FOR d IN 1 .. 5 LOOP
      CONTINUE WHEN subject[d] IS NULL;
      key := dimensions[d] || ':' || subject[d];
      IF NOT counted ? key THEN
        counted := counted || jsonb_build_object(key, redemption_guesses(dimensions[d], subject[d], p_at, factors[d] * p_guesses_max));
      END IF;
      IF (counted ->> key)::integer >= factors[d] * allowance THEN
        verdict[i] := dimensions[d];
        EXIT;
      END IF;
    END LOOP;
    IF verdict[i] IS NULL AND p_unknown[i] THEN
      FOR d IN 1 .. 5 LOOP
        CONTINUE WHEN subject[d] IS NULL;
        key := dimensions[d] || ':' || subject[d];
        counted := counted || jsonb_build_object(key, (counted ->> key)::integer + 1);
      END LOOP;
    END IF;
  END LOOP;
  RETURN verdict;
END $$;

-- Keep refused tries with their reason, never the code. Guesses are also counted under the programmes their place takes part in, and
-- when they become too many there, or everywhere, it is noticed: one row and one line of the journal per quarter of an hour.
CREATE FUNCTION redemption_keep_attempts(
  p_organisation bigint[], p_place bigint[], p_person bigint[], p_token bigint[], p_instrument text[], p_channel text[], p_reason text[],
  p_guesses_max integer, p_at timestamptz, p_day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  programme bigint;
  seen integer;
  most integer;
BEGIN
  INSERT INTO redemption_attempt (organisation_id, place_id, actor_person_id, token_id, instrument, channel, reason, at)
    SELECT t.organisation_id, t.place_id, t.person_id, t.token_id, t.instrument, t.channel, t.reason, p_at
    FROM unnest(p_organisation, p_place, p_person, p_token, p_instrument, p_channel, p_reason)
      AS t (organisation_id, place_id, person_id, token_id, instrument, channel, reason);
  IF NOT p_reason && ARRAY['code-mistyped', 'voucher-unknown'] THEN
    RETURN;
  END IF;
  INSERT INTO redemption_guess (programme_id, organisation_id, place_id, token_id, instrument, reason, at)
    SELECT a.programme_id, t.organisation_id, t.place_id, t.token_id, t.instrument, t.reason, p_at
    FROM unnest(p_organisation, p_place, p_token, p_instrument, p_reason) AS t (organisation_id, place_id, token_id, instrument, reason)
    JOIN places_placeacceptance a ON a.place_id = t.place_id AND a.from_on <= p_day AND (a.until_on IS NULL OR a.until_on > p_day)
    WHERE t.reason IN ('code-mistyped', 'voucher-unknown');
  FOR programme IN
    SELECT 0 UNION SELECT a.programme_id FROM places_placeacceptance a
      WHERE a.place_id = ANY (p_place) AND a.from_on <= p_day AND (a.until_on IS NULL OR a.until_on > p_day) ORDER BY 1
  LOOP
    most := CASE WHEN programme = 0 THEN 15 ELSE 5 END * p_guesses_max;
    seen := redemption_guesses(CASE WHEN programme = 0 THEN 'everywhere' ELSE 'programme' END, programme::text, p_at, most);
    CONTINUE WHEN seen < most OR EXISTS (SELECT 1 FROM redemption_pressure r
      WHERE r.programme_id = programme AND r.at > p_at - interval '15 minutes' AND r.at <= p_at)
      OR NOT pg_try_advisory_xact_lock(hashtextextended('redemption.pressure', programme));  -- another hand is writing it down
    INSERT INTO redemption_pressure (programme_id, guess_count, at) VALUES (programme, seen, p_at);
    INSERT INTO journal_line (at, action, actor_kind, actor_label, programme_id, subject_kind, subject_id, facts)
      VALUES (p_at, 'redemption.guessing-pressure', 'system', 'redemption', NULLIF(programme, 0),
        CASE WHEN programme = 0 THEN 'installation' ELSE 'programme' END, programme::text, jsonb_build_object('guesses', seen, 'minutes', 15));
  END LOOP;
END $$;

-- Tries that were refused before any look-up (check digits), or by a test: each is kept unless its hand guessed too often; which dimension, or null.
CREATE FUNCTION redemption_note_attempts(
  p_organisation bigint[], p_place bigint[], p_person bigint[], p_token bigint[], p_instrument text[], p_channel text[], p_reason text[],
  p_guesses_max integer, p_at timestamptz, p_day date) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  verdict text[];
BEGIN
  SELECT redemption_throttled(p_organisation, p_place, p_person, p_token, p_instrument,
      array_agg(r.reason IN ('code-mistyped', 'voucher-unknown') ORDER BY r.rank), p_guesses_max, p_at, p_day)
    INTO verdict FROM unnest(p_reason) WITH ORDINALITY AS r (reason, rank);
  PERFORM redemption_keep_attempts(p_organisation, p_place, p_person, p_token, p_instrument, p_channel,
      array_agg(CASE WHEN v.dimension IS NULL THEN p_reason[v.rank] ELSE 'too-many-attempts' END ORDER BY v.rank), p_guesses_max, p_at, p_day)
    FROM unnest(verdict) WITH ORDINALITY AS v (dimension, rank);
  RETURN verdict;
END $$;

-- Redeeming many independent items (one is many of one), or all of them or none when p_together.
-- Every item has its own answer. p_key may be null for an item without an idempotency key.
CREATE FUNCTION redeem_many(
  p_organisation bigint[], p_place bigint[], p_service text[], p_attended date[], p_key text[], p_digest bytea[], p_request uuid[],
  p_person bigint[], p_token bigint[], p_channel text[],
  p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date, p_together boolean, p_guesses_max integer, p_instrument text[] DEFAULT NULL)
RETURNS TABLE (
  item integer, outcome text, series_id bigint, voucher_id bigint, generation smallint, programme_id bigint, value_cents integer,
  accepted_until timestamptz, redeemed_at timestamptz, redeemed_place_id bigint, answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
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
BEGIN
  -- 1. Keys: one request at a time per key; a key already answered gives its answer again.
  SELECT array_agg(CASE WHEN k.key IS NOT NULL AND NOT pg_try_advisory_xact_lock(hashtextextended(k.key, k.organisation_id))
                        THEN 'idempotency-in-flight' END ORDER BY k.item)
    INTO state FROM unnest(p_organisation, p_key) WITH ORDINALITY AS k (organisation_id, key, item);
  SELECT array_agg(CASE WHEN state[k.item] IS NOT NULL THEN state[k.item] WHEN a.id IS NULL THEN NULL
                        WHEN a.body_digest <> k.digest THEN 'idempotency-mismatch' ELSE 'repeated' END ORDER BY k.item),
         array_agg(a.body ORDER BY k.item)
    INTO state, answers
    FROM unnest(p_organisation, p_key, p_digest) WITH ORDINALITY AS k (organisation_id, key, digest, item)
    LEFT JOIN journal_answer a ON a.organisation_id = k.organisation_id AND a.key = k.key;

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
        FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) e;
      SELECT array_agg(CASE WHEN state[i] IS NULL AND throttled[i] IS NOT NULL THEN 'too-many-attempts' ELSE state[i] END ORDER BY i)
        INTO state FROM generate_series(1, n) AS i;
      SELECT COALESCE(array_agg(i), '{}') INTO go FROM generate_series(1, n) AS i WHERE state[i] IS NULL;
    END IF;
  END IF;

  -- 4. All or none: nothing is taken if one of them cannot be, or if the same voucher comes twice.
  IF p_together AND (cardinality(go) < n AND EXISTS (SELECT 1 FROM unnest(state) AS s WHERE s IS DISTINCT FROM 'repeated' AND s IS NOT NULL)
      OR EXISTS (SELECT 1 FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) e
                 WHERE e.item = ANY (go) AND e.outcome <> 'redeemable')
      OR EXISTS (SELECT 1 FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) e
                 WHERE e.item = ANY (go) GROUP BY e.series_id, e.voucher_id HAVING count(*) > 1)) THEN
    go := '{}';
  END IF;

  -- 5. Take what can be taken. The mark and the generation are tested again on the locked row: first come, only served.
  IF cardinality(go) > 0 THEN
    WITH taken AS (
      UPDATE ledger_voucher u SET mark = 2, reserved_by_id = NULL, reserved_until = NULL
      FROM (
        SELECT DISTINCT ON (e.series_id, e.voucher_id) e.* FROM redemption_evaluate(
          p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) e
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
  END IF;

  -- 6. Write: the redemption, its money, its journal line, its answer.
  IF cardinality(done) > 0 THEN
    INSERT INTO redemption_redemption (series_id, voucher_id, generation, programme_id, organisation_id, place_id, service_code, attended_on,
        channel, actor_person_id, request_id, at)
      SELECT d.series_id, d.voucher_id, d.generation, d.programme_id, p_organisation[d.item], p_place[d.item], p_service[d.item], p_attended[d.item],
        p_channel[d.item], p_person[d.item], p_request[d.item], p_at
      FROM unnest(done, d_series, d_voucher, d_generation, d_programme) AS d (item, series_id, voucher_id, generation, programme_id);

    INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, voucher_id,
        generation, request_id, at)
      SELECT 'REDEEM', d.series_id, d.programme_id, owed.id, circulation.id, d.value_cents, d.pattern, 1, d.voucher_id, d.generation,
        p_request[d.item], p_at
      FROM unnest(done, d_series, d_voucher, d_generation, d_pattern, d_programme, d_agreement, d_value)
        AS d (item, series_id, voucher_id, generation, pattern, programme_id, agreement_id, value_cents)
      JOIN ledger_account owed ON owed.agreement_id = d.agreement_id AND owed.kind = 'OWED' AND owed.series_id = 0
        AND owed.organisation_id = p_organisation[d.item]
      JOIN ledger_account circulation ON circulation.agreement_id = d.agreement_id AND circulation.kind = 'CIRCULATION'
        AND circulation.series_id = d.series_id AND circulation.organisation_id = 0;
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
        JOIN ledger_account owed ON owed.agreement_id = d.agreement_id AND owed.kind = 'OWED' AND owed.series_id = 0
          AND owed.organisation_id = p_organisation[d.item]
        JOIN ledger_account circulation ON circulation.agreement_id = d.agreement_id AND circulation.kind = 'CIRCULATION'
          AND circulation.series_id = d.series_id AND circulation.organisation_id = 0
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
        CASE WHEN c.outcome = 'voucher-reserved' THEN jsonb_build_object('reserved_until', c.reserved_until) END
      FROM check_vouchers(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) c
      WHERE state[c.item] IS NULL AND c.item <> ALL (done);
    -- Refused tries leave a trace with their reason, never the code.
    PERFORM redemption_keep_attempts(array_agg(p_organisation[t.item]), array_agg(p_place[t.item]), array_agg(p_person[t.item]),
        array_agg(p_token[t.item]), array_agg(p_instrument[t.item]), array_agg(p_channel[t.item]), array_agg(t.outcome), p_guesses_max, p_at, p_day)
      FROM (
        SELECT c.item, c.outcome
        FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) c
        WHERE state[c.item] IS NULL AND c.item <> ALL (done) AND c.outcome <> 'redeemable'
        UNION ALL SELECT i, state[i] FROM generate_series(1, n) AS i WHERE state[i] = 'too-many-attempts'
        ORDER BY 1) t
      HAVING count(*) > 0;
  END IF;
END $$;

ALTER FUNCTION redemption_throttled OWNER TO carnet_redeemer;
ALTER FUNCTION redemption_note_attempts OWNER TO carnet_redeemer;
ALTER FUNCTION redeem_many OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION redemption_throttled, redemption_note_attempts, redeem_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redemption_throttled, redemption_note_attempts, redeem_many TO carnet_app;
