-- Where a serial and its secret are asked together (a sheet of paper, an SMS), five wrong secrets lock the serial until a person unlocks it.
-- The lock closes those doors only: the code alone, at a counter, still spends the voucher, so that nobody loses it to a stranger's guesses.

GRANT SELECT, INSERT ON redemption_serialevent TO carnet_redeemer;
GRANT USAGE ON SEQUENCE redemption_serialevent_id_seq TO carnet_redeemer;
CREATE POLICY redeeming ON redemption_serialevent TO carnet_redeemer USING (true) WITH CHECK (true);
-- The application only ever unlocks.
CREATE POLICY only_unlocking ON redemption_serialevent AS RESTRICTIVE FOR INSERT TO carnet_app WITH CHECK (kind = 'UNLOCKED');

-- For each item: 'match' with where its code is to be looked for, 'wrong', 'serial-locked', 'too-many-attempts' with its dimension, or
-- 'answered' when its key earned an answer already. Whatever is wrong (an unknown serial, one of a
-- programme the place has no part in, another voucher's secret) is 'wrong' alike; only a wrong secret of a voucher this place could take
-- counts against the serial, and not once the hand that tries has used up its own guesses.
CREATE FUNCTION redemption_match_serials(
  p_organisation bigint[], p_place bigint[], p_person bigint[], p_token bigint[], p_instrument text[], p_channel text[], p_key text[],
  p_prefix text[], p_number bigint[], p_candidate_item integer[], p_candidate_hash bytea[], p_candidate_series bigint[],
  p_guesses_max integer, p_wrong_max integer, p_at timestamptz, p_day date)
RETURNS TABLE (item integer, outcome text, code_hash bytea, series_id bigint, dimension text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  n integer := cardinality(p_place);
  found_series bigint[]; found_voucher bigint[]; found_programme bigint[]; found_hash bytea[]; tried bytea[];
  throttled text[];
  is_locked boolean;
  latest_unlock bigint;
  wrong_count integer;
BEGIN
  SELECT array_agg(f.series_id ORDER BY i.item), array_agg(f.voucher_id ORDER BY i.item), array_agg(f.programme_id ORDER BY i.item),
      array_agg(f.code_hash ORDER BY i.item), array_agg(COALESCE(substring(c.code_hash from 1 for 8), ''::bytea) ORDER BY i.item)
    INTO found_series, found_voucher, found_programme, found_hash, tried
    FROM unnest(p_organisation, p_place, p_prefix, p_number) WITH ORDINALITY AS i (organisation_id, place_id, prefix, number, item)
    LEFT JOIN places_place place ON place.id = i.place_id AND place.operator_id = i.organisation_id AND (place.ended_on IS NULL OR place.ended_on > p_day)
    LEFT JOIN LATERAL (
      SELECT s.id, s.programme_id, s.first_voucher_id + i.number - s.first_serial AS voucher_id FROM ledger_series s
      WHERE s.issuer_prefix = i.prefix AND s.first_serial <= i.number AND i.number < s.first_serial + s.voucher_count
      ORDER BY s.first_serial DESC LIMIT 1) s ON place.id IS NOT NULL
    LEFT JOIN places_placeacceptance a ON a.place_id = i.place_id AND a.programme_id = s.programme_id
      AND a.from_on <= p_day AND (a.until_on IS NULL OR a.until_on > p_day)
    LEFT JOIN LATERAL (
      SELECT v.series_id, v.id AS voucher_id, v.programme_id, v.code_hash FROM ledger_voucher v
      WHERE v.series_id = s.id AND v.id = s.voucher_id AND a.place_id IS NOT NULL) f ON true
    LEFT JOIN LATERAL (
      SELECT c.code_hash FROM unnest(p_candidate_item, p_candidate_hash) WITH ORDINALITY AS c (item, code_hash, rank)
      WHERE c.item = i.item ORDER BY c.code_hash = f.code_hash DESC NULLS LAST, c.rank LIMIT 1) c ON true;

  -- One hand at a time on each serial, in one stated order.
  PERFORM pg_advisory_xact_lock(hashtextextended('redemption.serial', k.voucher_id))
    FROM (SELECT DISTINCT v AS voucher_id FROM unnest(found_voucher) AS v WHERE v IS NOT NULL ORDER BY 1) k;

  SELECT redemption_throttled(p_organisation, p_place, p_person, p_token, p_instrument,
      array_agg(found_hash[i] IS NULL OR substring(found_hash[i] from 1 for 8) <> tried[i] ORDER BY i), p_guesses_max, p_at, p_day)
    INTO throttled FROM generate_series(1, n) AS i;

  FOR i IN 1 .. n LOOP
    item := i; outcome := 'wrong'; code_hash := NULL; series_id := NULL; dimension := NULL;
    IF EXISTS (SELECT 1 FROM journal_answer a WHERE a.organisation_id = p_organisation[i] AND a.key = p_key[i]) THEN
      outcome := 'answered';
    ELSIF throttled[i] IS NOT NULL THEN
      outcome := 'too-many-attempts'; dimension := throttled[i];
    ELSIF found_voucher[i] IS NOT NULL THEN
      SELECT COALESCE(max(e.id) FILTER (WHERE e.kind = 'UNLOCKED'), 0), COALESCE(max(e.id) FILTER (WHERE e.kind = 'LOCKED'), 0)
          > COALESCE(max(e.id) FILTER (WHERE e.kind = 'UNLOCKED'), 0)
        INTO latest_unlock, is_locked
        FROM redemption_serialevent e WHERE e.series_id = found_series[i] AND e.voucher_id = found_voucher[i];
      IF is_locked THEN
        outcome := 'serial-locked';
      ELSIF substring(found_hash[i] from 1 for 8) = tried[i] THEN
        outcome := 'match'; code_hash := found_hash[i]; series_id := found_series[i];
      ELSE
        INSERT INTO redemption_serialevent (series_id, voucher_id, programme_id, kind, organisation_id, place_id, actor_person_id, token_id, instrument,
            channel, guess, reason, at)
          SELECT found_series[i], found_voucher[i], found_programme[i], 'WRONG', p_organisation[i], p_place[i], p_person[i], p_token[i], p_instrument[i],
            p_channel[i], tried[i], '', p_at
          WHERE NOT EXISTS (SELECT 1 FROM redemption_serialevent e WHERE e.series_id = found_series[i] AND e.voucher_id = found_voucher[i]
            AND e.kind = 'WRONG' AND e.id > latest_unlock AND e.guess = tried[i]);
        SELECT count(*) INTO wrong_count FROM redemption_serialevent e
          WHERE e.series_id = found_series[i] AND e.voucher_id = found_voucher[i] AND e.kind = 'WRONG' AND e.id > latest_unlock;
        IF wrong_count >= p_wrong_max THEN
          INSERT INTO redemption_serialevent (series_id, voucher_id, programme_id, kind, organisation_id, place_id, actor_person_id, token_id, instrument,
              channel, reason, at)
            VALUES (found_series[i], found_voucher[i], found_programme[i], 'LOCKED', p_organisation[i], p_place[i], p_person[i], p_token[i],
              p_instrument[i], p_channel[i], '', p_at);
          INSERT INTO journal_line (at, action, actor_kind, actor_person_id, actor_label, organisation_id, programme_id, subject_kind, subject_id, facts)
            VALUES (p_at, 'redemption.serial-locked', CASE WHEN p_person[i] IS NOT NULL THEN 'person' WHEN p_token[i] IS NOT NULL THEN 'token' ELSE 'system' END,
              p_person[i], '', p_organisation[i], found_programme[i], 'voucher', found_series[i] || '-' || found_voucher[i],
              jsonb_build_object('wrong_secrets', wrong_count, 'channel', p_channel[i], 'place', p_place[i]));
        END IF;
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;

ALTER FUNCTION redemption_match_serials OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION redemption_match_serials FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redemption_match_serials TO carnet_app;
