-- Reservations: a place that was handed a voucher's code holds the voucher for a booked lesson. The voucher's row says who holds it and
-- until when; a reservation ends by its time, without a sweeper. carnet.redemption.rules.reservation_state says the same as the view below.

GRANT SELECT, INSERT ON redemption_reservation, redemption_reservationend TO carnet_redeemer;
GRANT USAGE ON SEQUENCE redemption_reservation_id_seq, redemption_reservationend_id_seq TO carnet_redeemer;
CREATE POLICY redeeming ON redemption_reservation TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON redemption_reservationend TO carnet_redeemer USING (true) WITH CHECK (true);
REVOKE INSERT ON redemption_reservation, redemption_reservationend FROM carnet_app;

-- An organisation's own reservations and how each stands: those were handed to it by code, so it may list them.
CREATE FUNCTION redemption_reservations(p_organisation bigint, p_place bigint, p_ids bigint[], p_since timestamptz, p_until timestamptz, p_most integer,
  p_at timestamptz)
RETURNS TABLE (
  id bigint, state text, series_id bigint, voucher_id bigint, generation smallint, programme_id bigint, place_id bigint, service_code text,
  value_cents integer, reserved_at timestamptz, until timestamptz, ended_at timestamptz, accepted_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.id,
    CASE
      WHEN e.kind IS NOT NULL THEN lower(e.kind)
      WHEN t.at < r.until AND t.place_id = r.place_id THEN CASE WHEN x.at IS NULL THEN 'captured' ELSE 'undone' END
      WHEN p_at >= r.until THEN 'expired'
      WHEN v.mark = 4 OR b.voided_at IS NOT NULL OR s.lapsed_at IS NOT NULL THEN 'ended'
      ELSE 'held'
    END,
    r.series_id, r.voucher_id, r.generation, r.programme_id, r.place_id, r.service_code, s.face_value_cents, r.at, r.until,
    CASE WHEN e.at IS NOT NULL THEN e.at WHEN t.at < r.until AND t.place_id = r.place_id THEN COALESCE(x.at, t.at) WHEN p_at >= r.until THEN r.until END,
    COALESCE(v.accepted_until, b.accepted_until, s.accepted_until)
  FROM redemption_reservation r
  LEFT JOIN redemption_reservationend e ON e.reservation_id = r.id
  LEFT JOIN redemption_redemption t ON t.series_id = r.series_id AND t.voucher_id = r.voucher_id AND t.generation = r.generation AND t.at >= r.at
  LEFT JOIN redemption_reversal x ON x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation
  JOIN ledger_series s ON s.id = r.series_id
  JOIN ledger_voucher v ON v.series_id = r.series_id AND v.id = r.voucher_id
  JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
  WHERE r.organisation_id = p_organisation AND (p_place IS NULL OR r.place_id = p_place) AND (p_ids IS NULL OR r.id = ANY (p_ids))
    AND (p_since IS NULL OR r.until >= p_since) AND (p_until IS NULL OR r.until < p_until)
  ORDER BY r.until, r.id
  LIMIT p_most
$$;

-- Hold one voucher until p_until. The caller has checked p_until against the clock; here it is held to the voucher's own end.
CREATE FUNCTION reserve_voucher(
  p_organisation bigint, p_place bigint, p_service text, p_candidate_hash bytea[], p_candidate_series bigint[], p_until timestamptz,
  p_request uuid, p_person bigint, p_token bigint, p_instrument text, p_channel text, p_guesses_max integer, p_at timestamptz, p_day date)
RETURNS TABLE (outcome text, reservation_id bigint, accepted_until timestamptz, reserved_until timestamptz, redeemed_at timestamptz,
  redeemed_place_id bigint, dimension text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  made bigint;
  slowed text;
  seen record;
  items integer[] := array_fill(1, ARRAY[cardinality(p_candidate_hash)]);
BEGIN
  -- One request at a time per request id, and the first answer again.
  PERFORM pg_advisory_xact_lock(hashtextextended('reservation:' || p_request, p_organisation));
  SELECT r.id INTO made FROM redemption_reservation r WHERE r.organisation_id = p_organisation AND r.request_id = p_request;
  IF FOUND THEN
    RETURN QUERY SELECT 'repeated', made, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::text; RETURN;
  END IF;
  slowed := (redemption_throttled(ARRAY[p_organisation], ARRAY[p_place], ARRAY[p_person], ARRAY[p_token], ARRAY[p_instrument], ARRAY[false],
    p_guesses_max, p_at, p_day))[1];
  IF slowed IS NOT NULL THEN
    PERFORM redemption_keep_attempts(ARRAY[p_organisation], ARRAY[p_place], ARRAY[p_person], ARRAY[p_token], ARRAY[p_instrument], ARRAY[p_channel],
      ARRAY['too-many-attempts'], p_guesses_max, p_at, p_day);
    RETURN QUERY SELECT 'too-many-attempts', NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::bigint, slowed; RETURN;
  END IF;
  -- The row is the lock: whoever reserves or spends it at the same instant waits, then is told how it stands.
  PERFORM 1 FROM ledger_voucher v /* fan-out: the directory of codes */
    JOIN unnest(p_candidate_hash, p_candidate_series) AS c (code_hash, series_id) ON v.code_hash = c.code_hash AND (c.series_id = 0 OR v.series_id = c.series_id)
    JOIN places_placeacceptance a ON a.place_id = p_place AND a.programme_id = v.programme_id
    JOIN places_place place ON place.id = p_place AND place.operator_id = p_organisation
    ORDER BY v.series_id, v.id FOR NO KEY UPDATE OF v;
  SELECT c.*, e.generation AS rank INTO seen
    FROM check_vouchers(ARRAY[p_organisation], ARRAY[p_place], ARRAY[p_service], items, p_candidate_hash, p_candidate_series, p_at, p_day) c
    JOIN redemption_evaluate(ARRAY[p_organisation], ARRAY[p_place], ARRAY[p_service], items, p_candidate_hash, p_candidate_series, p_at, p_day) e
      ON e.item = c.item;
  IF seen.outcome = 'redeemable' AND p_until > seen.accepted_until THEN
    seen.outcome := 'reservation-too-late';
  END IF;
  IF seen.outcome <> 'redeemable' THEN
    IF seen.outcome <> 'reservation-too-late' THEN
      PERFORM redemption_keep_attempts(ARRAY[p_organisation], ARRAY[p_place], ARRAY[p_person], ARRAY[p_token], ARRAY[p_instrument], ARRAY[p_channel],
        ARRAY[seen.outcome], p_guesses_max, p_at, p_day);
    END IF;
    RETURN QUERY SELECT seen.outcome, NULL::bigint, seen.accepted_until, seen.reserved_until, seen.redeemed_at, seen.redeemed_place_id, NULL::text; RETURN;
  END IF;
  -- The same place that holds it already replaces its own reservation.
  INSERT INTO redemption_reservationend (reservation_id, kind, programme_id, organisation_id, actor_person_id, request_id, at)
    SELECT r.id, 'REPLACED', r.programme_id, r.organisation_id, p_person, p_request, p_at
    FROM redemption_reservation r
    WHERE r.series_id = seen.series_id AND r.voucher_id = seen.voucher_id AND r.generation = seen.generation AND r.until > p_at
      AND NOT EXISTS (SELECT 1 FROM redemption_reservationend e WHERE e.reservation_id = r.id);
  UPDATE ledger_voucher SET reserved_by_id = p_place, reserved_until = p_until
    WHERE series_id = seen.series_id AND id = seen.voucher_id AND mark IN (0, 1) AND generation = seen.generation;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'voucher %-% was locked, yet changed', seen.series_id, seen.voucher_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  INSERT INTO redemption_reservation (series_id, voucher_id, generation, programme_id, organisation_id, place_id, service_code, until, channel,
      actor_person_id, token_id, request_id, at)
    VALUES (seen.series_id, seen.voucher_id, seen.generation, seen.programme_id, p_organisation, p_place, p_service, p_until, p_channel,
      p_person, p_token, p_request, p_at)
    RETURNING id INTO made;
  INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id, subject_kind, subject_id, request_id, facts)
    VALUES (p_at, 'redemption.reserved', CASE WHEN p_person IS NOT NULL THEN 'person' WHEN p_token IS NOT NULL THEN 'token' ELSE 'system' END,
      p_person, '', p_organisation, seen.programme_id, 'voucher', seen.series_id || '-' || seen.voucher_id, p_request,
      jsonb_build_object('reservation', made, 'place', p_place, 'service', p_service, 'until', p_until, 'generation', seen.generation));
  RETURN QUERY SELECT 'reserved', made, seen.accepted_until, p_until, NULL::timestamptz, NULL::bigint, NULL::text;
END $$;

-- Give a voucher back before the time. Outcomes: given-back, repeated, reservation-unknown, or the state it is in already.
CREATE FUNCTION release_reservation(p_organisation bigint, p_place bigint, p_reservation bigint, p_person bigint, p_token bigint, p_request uuid,
  p_at timestamptz)
RETURNS TABLE (outcome text, until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  made redemption_reservation%ROWTYPE;
  stands text;
BEGIN
  SELECT * INTO made FROM redemption_reservation r
    WHERE r.id = p_reservation AND r.organisation_id = p_organisation AND (p_place IS NULL OR r.place_id = p_place);
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'reservation-unknown', NULL::timestamptz; RETURN;
  END IF;
  PERFORM 1 FROM ledger_voucher v WHERE v.series_id = made.series_id AND v.id = made.voucher_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM redemption_reservationend e WHERE e.reservation_id = made.id AND e.request_id = p_request AND e.kind = 'RELEASED') THEN
    RETURN QUERY SELECT 'repeated', made.until; RETURN;
  END IF;
  SELECT r.state INTO stands FROM redemption_reservations(p_organisation, NULL, ARRAY[made.id], NULL, NULL, 1, p_at) r;
  IF stands <> 'held' THEN
    RETURN QUERY SELECT stands, made.until; RETURN;
  END IF;
  UPDATE ledger_voucher SET reserved_by_id = NULL, reserved_until = NULL
    WHERE series_id = made.series_id AND id = made.voucher_id AND reserved_by_id = made.place_id AND reserved_until = made.until;
  INSERT INTO redemption_reservationend (reservation_id, kind, programme_id, organisation_id, actor_person_id, request_id, at)
    VALUES (made.id, 'RELEASED', made.programme_id, made.organisation_id, p_person, p_request, p_at);
  INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id, subject_kind, subject_id, request_id, facts)
    VALUES (p_at, 'redemption.reservation-released', CASE WHEN p_person IS NOT NULL THEN 'person' WHEN p_token IS NOT NULL THEN 'token' ELSE 'system' END,
      p_person, '', p_organisation, made.programme_id, 'voucher', made.series_id || '-' || made.voucher_id, p_request,
      jsonb_build_object('reservation', made.id, 'generation', made.generation));
  RETURN QUERY SELECT 'given-back', made.until;
END $$;

-- What a reservation holds, for redeem_many to take without the code being typed again. Locked in one stated order, so that it cannot be
-- given back in between. Only what is held, or was taken by this place already, comes with a way to find it.
CREATE FUNCTION redemption_reserved(p_organisation bigint, p_place bigint, p_ids bigint[], p_at timestamptz)
RETURNS TABLE (id bigint, state text, place_id bigint, service_code text, until timestamptz, code_hash bytea, series_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM ledger_voucher v /* fan-out: those reserved */ WHERE (v.series_id, v.id) IN (
      SELECT r.series_id, r.voucher_id FROM redemption_reservation r WHERE r.id = ANY (p_ids) AND r.organisation_id = p_organisation)
    ORDER BY v.series_id, v.id FOR NO KEY UPDATE;
  RETURN QUERY
    SELECT r.id, r.state, r.place_id, r.service_code, r.until, CASE WHEN r.state IN ('held', 'captured') THEN v.code_hash END, r.series_id
    FROM redemption_reservations(p_organisation, p_place, p_ids, NULL, NULL, cardinality(p_ids), p_at) r
    JOIN ledger_voucher v ON v.series_id = r.series_id AND v.id = r.voucher_id;
END $$;

ALTER FUNCTION redemption_reservations OWNER TO carnet_redeemer;
ALTER FUNCTION reserve_voucher OWNER TO carnet_redeemer;
ALTER FUNCTION release_reservation OWNER TO carnet_redeemer;
ALTER FUNCTION redemption_reserved OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION redemption_reservations, reserve_voucher, release_reservation, redemption_reserved FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redemption_reservations, reserve_voucher, release_reservation, redemption_reserved TO carnet_app;
