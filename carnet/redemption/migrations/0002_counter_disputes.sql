-- Undoing, inside the window by the place or beyond it by a decided dispute: one way to do both. What a claim holds is never undone.

GRANT SELECT, INSERT ON redemption_dispute, redemption_disputedecision TO carnet_redeemer;
GRANT USAGE ON SEQUENCE redemption_disputedecision_id_seq TO carnet_redeemer;
CREATE POLICY redeeming ON redemption_dispute TO carnet_redeemer USING (true) WITH CHECK (true);
CREATE POLICY redeeming ON redemption_disputedecision TO carnet_redeemer USING (true) WITH CHECK (true);
REVOKE INSERT ON redemption_disputedecision FROM carnet_app;

-- Outcomes: reversed, repeated, redemption-unknown, already-reversed, undo-window-closed, claimed.
CREATE FUNCTION redemption_undo(
  p_organisation bigint, p_series bigint, p_voucher bigint, p_generation smallint, p_reason text, p_person bigint, p_request uuid, p_at timestamptz,
  p_past_window boolean)
RETURNS TABLE (outcome text, redeemed_at timestamptz, undo_until timestamptz)
LANGUAGE plpgsql AS $$
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
  IF p_at >= ends_at AND NOT p_past_window THEN
    RETURN QUERY SELECT 'undo-window-closed', made.at, ends_at; RETURN;
  END IF;
  BEGIN
    INSERT INTO redemption_reversal (series_id, voucher_id, generation, programme_id, organisation_id, reason, actor_person_id, request_id, at)
      VALUES (p_series, p_voucher, p_generation, made.programme_id, p_organisation, p_reason, p_person, p_request, p_at);
  EXCEPTION WHEN SQLSTATE 'CA001' THEN
    -- Claimed already: the programme's window was made longer since, or the last instant was lost by a hair (settlement's 0002).
    RETURN QUERY SELECT 'claimed', made.at, LEAST(ends_at, p_at); RETURN;
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

-- Undoing a mistake, by the organisation that made it, inside the programme's window.
CREATE FUNCTION reverse_redemption(
  p_organisation bigint, p_series bigint, p_voucher bigint, p_generation smallint, p_reason text, p_person bigint, p_request uuid, p_at timestamptz)
RETURNS TABLE (outcome text, redeemed_at timestamptz, undo_until timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE u.outcome WHEN 'claimed' THEN 'undo-window-closed' ELSE u.outcome END, u.redeemed_at, u.undo_until
  FROM redemption_undo(p_organisation, p_series, p_voucher, p_generation, p_reason, p_person, p_request, p_at, false) u
$$;

-- What the operator of the programme decides. Outcomes: reversed, to-recover, refused, repeated, dispute-unknown, dispute-decided,
-- decided-by-opener, already-reversed.
CREATE FUNCTION decide_dispute(p_dispute bigint, p_accepted boolean, p_reason text, p_person bigint, p_request uuid, p_at timestamptz)
RETURNS TABLE (outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  opened redemption_dispute%ROWTYPE;
  decided redemption_disputedecision%ROWTYPE;
  done text := 'REFUSED';
BEGIN
  -- The walls hold here too: only who sees the programme decides under it.
  SELECT * INTO opened FROM redemption_dispute d
    WHERE d.id = p_dispute AND (carnet_everything() OR d.programme_id = ANY (carnet_programmes()));
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'dispute-unknown'; RETURN;
  END IF;
  PERFORM 1 FROM ledger_voucher v WHERE v.series_id = opened.series_id AND v.id = opened.voucher_id FOR NO KEY UPDATE;
  SELECT * INTO decided FROM redemption_disputedecision x WHERE x.dispute_id = p_dispute;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN decided.request_id = p_request THEN 'repeated' ELSE 'dispute-decided' END; RETURN;
  END IF;
  IF opened.opened_by_id = p_person THEN
    RETURN QUERY SELECT 'decided-by-opener'; RETURN;
  END IF;
  IF p_accepted THEN
    SELECT u.outcome INTO done FROM redemption_undo(opened.organisation_id, opened.series_id, opened.voucher_id, opened.generation,
      opened.reason, p_person, p_request, p_at, true) u;
    IF done NOT IN ('reversed', 'claimed') THEN
      RETURN QUERY SELECT done; RETURN;
    END IF;
    done := CASE done WHEN 'reversed' THEN 'REVERSED' ELSE 'TO_RECOVER' END;
  END IF;
  INSERT INTO redemption_disputedecision (dispute_id, outcome, programme_id, agreement_id, organisation_id, cents, reason, decided_by_id, request_id, at)
    VALUES (opened.id, done, opened.programme_id, opened.agreement_id, opened.organisation_id, opened.cents, p_reason, p_person, p_request, p_at);
  INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id, subject_kind, subject_id, request_id, facts)
    VALUES (p_at, 'redemption.dispute-decided', 'person', p_person, '', opened.organisation_id, opened.programme_id, 'dispute', opened.id::text, p_request,
      jsonb_build_object('outcome', done, 'voucher', opened.series_id || '-' || opened.voucher_id, 'generation', opened.generation, 'cents', opened.cents));
  RETURN QUERY SELECT CASE done WHEN 'TO_RECOVER' THEN 'to-recover' ELSE lower(done) END;
END $$;

ALTER FUNCTION reverse_redemption OWNER TO carnet_redeemer;
ALTER FUNCTION decide_dispute OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION redemption_undo, reverse_redemption, decide_dispute FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redemption_undo TO carnet_redeemer;
GRANT EXECUTE ON FUNCTION reverse_redemption, decide_dispute TO carnet_app;
