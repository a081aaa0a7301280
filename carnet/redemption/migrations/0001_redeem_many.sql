-- Redeeming: one decision, in one place, under its own role. carnet.redemption.rules.decide says the same
-- in Python and a test holds both equal. This is the one listed exception to the walls between rooms: it
-- reads and writes tables of the ledger, the journal, the places and the programmes in one statement each,
-- so that a redemption is one round trip and one commit (docs/decisions/0004-one-function-redeems.md).

GRANT SELECT ON ledger_series, ledger_booklet, ledger_voucher, ledger_account, ledger_movement, funding_programme, places_place, places_placeacceptance,
  journal_answer, redemption_redemption, redemption_reversal, redemption_attempt TO carnet_redeemer;
GRANT UPDATE (mark, generation, reserved_by_id, reserved_until) ON ledger_voucher TO carnet_redeemer;
GRANT INSERT ON ledger_movement, ledger_account, journal_line, journal_answer, redemption_redemption, redemption_reversal, redemption_attempt
  TO carnet_redeemer;
GRANT USAGE ON SEQUENCE ledger_movement_id_seq, ledger_account_id_seq, journal_line_id_seq, journal_answer_id_seq, redemption_attempt_id_seq
  TO carnet_redeemer;

CREATE POLICY redeeming ON ledger_series TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON ledger_booklet TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON ledger_voucher TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON ledger_account TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON ledger_movement TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON journal_line TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON journal_answer TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON redemption_redemption TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON redemption_reversal TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON redemption_attempt TO carnet_redeemer USING (true) WITH CHECK (true);

-- What would be answered for each item, now, without writing anything. A code's candidates are its keyed
-- hashes under the programmes the place takes part in, so a foreign programme's code finds nothing, in the
-- same words and the same time as a code that was never drawn.
CREATE FUNCTION redemption_evaluate(
  p_organisation bigint[], p_place bigint[], p_service text[], p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date)
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
      ELSE 'redeemable'
    END,
    f.series_id, f.id, f.generation, f.pattern, f.programme_id, f.agreement_id, f.face_value_cents, f.accepted_until, f.reserved_until
  FROM unnest(p_organisation, p_place, p_service) WITH ORDINALITY AS i (organisation_id, place_id, service, item)
  LEFT JOIN places_place place ON place.id = i.place_id AND place.operator_id = i.organisation_id AND (place.ended_on IS NULL OR place.ended_on > p_day)
  LEFT JOIN LATERAL (
    SELECT v.id, v.series_id, v.mark, v.generation, v.pattern, v.programme_id, v.reserved_by_id, v.reserved_until, b.handed_over_at, b.voided_at,
      s.lapsed_at, s.activated_at, s.agreement_id, s.face_value_cents, a.service_codes, g.service_codes AS programme_codes,
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

-- Testing a voucher without spending it: what a place is told, and nothing that lists or searches.
CREATE FUNCTION check_vouchers(
  p_organisation bigint[], p_place bigint[], p_service text[], p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date)
RETURNS TABLE (
  item integer, outcome text, series_id bigint, voucher_id bigint, generation smallint, programme_id bigint, value_cents integer,
  accepted_until timestamptz, reserved_until timestamptz, redeemed_at timestamptz, redeemed_place_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.item, e.outcome, e.series_id, e.voucher_id, e.generation, e.programme_id, e.value_cents, e.accepted_until, e.reserved_until,
    r.at, CASE WHEN r.organisation_id = p_organisation[e.item] THEN r.place_id END
  FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) e
  LEFT JOIN redemption_redemption r
    ON r.series_id = e.series_id AND r.voucher_id = e.voucher_id AND r.generation = e.generation AND e.outcome = 'voucher-already-redeemed'
$$;

-- Redeeming many independent items (one is many of one), or all of them or none when p_together.
-- Every item has its own answer. p_key may be null for an item without an idempotency key.
CREATE FUNCTION redeem_many(
  p_organisation bigint[], p_place bigint[], p_service text[], p_attended date[], p_key text[], p_digest bytea[], p_request uuid[],
  p_person bigint[], p_token bigint[], p_channel text[],
  p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_at timestamptz, p_day date, p_together boolean, p_guesses_max integer)
RETURNS TABLE (
  item integer, outcome text, series_id bigint, voucher_id bigint, generation smallint, programme_id bigint, value_cents integer,
  accepted_until timestamptz, redeemed_at timestamptz, redeemed_place_id bigint, answer jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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

  -- 2. Guessing: only unknown and mistyped codes count, per organisation, over the last quarter of an hour.
  SELECT array_agg(CASE WHEN state[i.item] IS NULL AND g.guesses >= p_guesses_max THEN 'too-many-attempts' ELSE state[i.item] END ORDER BY i.item)
    INTO state
    FROM unnest(p_organisation) WITH ORDINALITY AS i (organisation_id, item)
    CROSS JOIN LATERAL (
      SELECT count(*) AS guesses FROM redemption_attempt t
      WHERE t.organisation_id = i.organisation_id AND t.at > p_at - interval '15 minutes' AND t.at <= p_at
        AND t.reason IN ('code-mistyped', 'voucher-unknown')) g;
  SELECT COALESCE(array_agg(i), '{}') INTO go FROM generate_series(1, n) AS i WHERE state[i] IS NULL;

  -- 3. Locks in one stated order (series, voucher) when several are wanted; a single one is locked by its own update.
  IF cardinality(go) > 1 THEN
    PERFORM 1 FROM ledger_voucher v /* fan-out: the directory of codes */ WHERE v.code_hash = ANY (p_candidate_hash)
      ORDER BY v.series_id, v.id FOR NO KEY UPDATE;
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
        AND u.reserved_until IS NOT DISTINCT FROM e.reserved_until
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
      SELECT i, state[i], NULL::bigint, NULL::bigint, NULL::smallint, NULL::bigint, NULL::integer, NULL::timestamptz, NULL::timestamptz, NULL::bigint, answers[i]
      FROM generate_series(1, n) AS i WHERE state[i] IS NOT NULL;
    RETURN QUERY
      SELECT c.item,
        -- Redeemable still, yet not taken: held back with the others, or the same voucher twice in one call.
        CASE WHEN c.outcome = 'redeemable' THEN 'held-back' ELSE c.outcome END,
        c.series_id, c.voucher_id, c.generation, c.programme_id, c.value_cents, c.accepted_until, c.redeemed_at, c.redeemed_place_id, NULL::jsonb
      FROM check_vouchers(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) c
      WHERE state[c.item] IS NULL AND c.item <> ALL (done);
    -- Refused tries leave a trace with their reason, never the code.
    INSERT INTO redemption_attempt (organisation_id, place_id, actor_person_id, token_id, channel, reason, at)
      SELECT p_organisation[c.item], p_place[c.item], p_person[c.item], p_token[c.item], p_channel[c.item], c.outcome, p_at
      FROM redemption_evaluate(p_organisation, p_place, p_service, p_candidate_item, p_candidate_hash, p_candidate_series, p_at, p_day) c
      WHERE state[c.item] IS NULL AND c.item <> ALL (done) AND c.outcome <> 'redeemable';
  END IF;
END $$;

-- Undoing a mistake, by the organisation that made it, inside the window (minutes; the caller read it from the programme).
CREATE FUNCTION reverse_redemption(
  p_organisation bigint, p_series bigint, p_voucher bigint, p_generation smallint, p_reason text, p_person bigint, p_request uuid, p_at timestamptz)
RETURNS TABLE (outcome text, redeemed_at timestamptz, undo_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  made redemption_redemption%ROWTYPE;
  ends_at timestamptz;
BEGIN
  -- What becomes less available is the voucher's redemption: its row is the lock.
  PERFORM 1 FROM ledger_voucher v WHERE v.series_id = p_series AND v.id = p_voucher FOR NO KEY UPDATE;
  SELECT * INTO made FROM redemption_redemption r
    WHERE r.series_id = p_series AND r.voucher_id = p_voucher AND r.generation = p_generation AND r.organisation_id = p_organisation;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'redemption-unknown', NULL::timestamptz, NULL::timestamptz; RETURN;
  END IF;
  SELECT made.at + make_interval(mins => g.undo_window_minutes) INTO ends_at FROM funding_programme g WHERE g.id = made.programme_id;
  IF EXISTS (SELECT 1 FROM redemption_reversal x WHERE x.series_id = p_series AND x.voucher_id = p_voucher AND x.generation = p_generation) THEN
    RETURN QUERY SELECT CASE WHEN EXISTS (SELECT 1 FROM redemption_reversal x WHERE x.request_id = p_request AND x.series_id = p_series AND x.voucher_id = p_voucher)
      THEN 'repeated' ELSE 'already-reversed' END, made.at, ends_at; RETURN;
  END IF;
  IF p_at >= ends_at THEN
    RETURN QUERY SELECT 'undo-window-closed', made.at, ends_at; RETURN;
  END IF;
  BEGIN
    INSERT INTO redemption_reversal (series_id, voucher_id, generation, programme_id, organisation_id, reason, actor_person_id, request_id, at)
      VALUES (p_series, p_voucher, p_generation, made.programme_id, p_organisation, p_reason, p_person, p_request, p_at);
  EXCEPTION WHEN SQLSTATE 'CA001' THEN
    -- Claimed already: the programme's window was made longer since, or the last instant was lost by a hair (settlement's 0002).
    RETURN QUERY SELECT 'undo-window-closed', made.at, LEAST(ends_at, p_at); RETURN;
  END;
  UPDATE ledger_voucher SET mark = 1, generation = p_generation + 1 WHERE series_id = p_series AND id = p_voucher AND mark = 2 AND generation = p_generation;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'redemption %-%-% is not the voucher''s latest', p_series, p_voucher, p_generation USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, voucher_id,
      generation, request_id, at)
    SELECT 'REVERSE', m.series_id, m.programme_id, m.credit_account_id, m.debit_account_id, m.cents, m.pattern, 1, m.voucher_id, m.generation,
      p_request, p_at
    FROM ledger_movement m
    WHERE m.series_id = p_series AND m.voucher_id = p_voucher AND m.generation = p_generation AND m.kind = 'REDEEM';
  INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id, subject_kind, subject_id, request_id, facts)
    VALUES (p_at, 'redemption.reversed', CASE WHEN p_person IS NULL THEN 'token' ELSE 'person' END, p_person, '', p_organisation, made.programme_id,
      'voucher', p_series || '-' || p_voucher, p_request, jsonb_build_object('generation', p_generation));
  RETURN QUERY SELECT 'reversed', made.at, ends_at;
END $$;

-- Redemptions of a programme whose undo window has closed: what claims are built from. Runs as its caller, under the caller's rows.
CREATE FUNCTION redemption_claimable(p_programme bigint, p_until timestamptz)
RETURNS TABLE (
  series_id bigint, voucher_id bigint, generation smallint, pattern smallint, agreement_id bigint, organisation_id bigint, place_id bigint,
  value_cents integer, redeemed_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT r.series_id, r.voucher_id, r.generation, v.pattern, s.agreement_id, r.organisation_id, r.place_id, s.face_value_cents, r.at
  FROM redemption_redemption r
  JOIN funding_programme g ON g.id = r.programme_id
  JOIN ledger_series s ON s.id = r.series_id
  JOIN ledger_voucher v ON v.series_id = r.series_id AND v.id = r.voucher_id
  WHERE r.programme_id = p_programme AND r.at <= p_until - make_interval(mins => g.undo_window_minutes)
    AND NOT EXISTS (SELECT 1 FROM redemption_reversal x
                    WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)
$$;

ALTER FUNCTION check_vouchers OWNER TO carnet_redeemer;
ALTER FUNCTION redeem_many OWNER TO carnet_redeemer;
ALTER FUNCTION reverse_redemption OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION check_vouchers, redeem_many, reverse_redemption FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_vouchers, redeem_many, reverse_redemption TO carnet_app;
