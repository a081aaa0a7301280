-- What a holder asks without account (docs/decisions/0035-what-is-left.md): the booklet of a printed number, if one of the hashes is the secret
-- of one of its vouchers. Nothing is written, no state is read, and nothing else of any tenant is shown.
--
-- One row always, by the same lookups: an unknown number and another booklet's secret differ by nothing that is answered or waited for.

CREATE FUNCTION redemption_held_booklet(p_prefix text, p_number bigint, p_is_cover boolean, p_hashes bytea[])
RETURNS TABLE (programme_id bigint, series_id bigint, booklet_id bigint, voucher_id bigint, code_hash bytea, is_locked boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.programme_id, s.id, v.booklet_id, v.id, v.code_hash, l.is_locked
  FROM (SELECT 1) AS once
  LEFT JOIN LATERAL (
    SELECT found.id, found.programme_id, found.booklet_size, found.first_voucher_id + found.rank * found.booklet_size AS first_id
    FROM (
      (SELECT v.id, v.programme_id, v.booklet_size, v.first_voucher_id, (p_number - v.first_serial) / v.booklet_size AS rank
        FROM ledger_series v
        WHERE NOT p_is_cover AND v.issuer_prefix = p_prefix AND v.first_serial <= p_number AND p_number < v.first_serial + v.voucher_count
        ORDER BY v.first_serial DESC LIMIT 1)
      UNION ALL
      (SELECT b.id, b.programme_id, b.booklet_size, b.first_voucher_id, p_number - b.first_booklet_serial
        FROM ledger_series b
        WHERE p_is_cover AND b.issuer_prefix = p_prefix AND b.first_booklet_serial <= p_number
          AND p_number < b.first_booklet_serial + b.voucher_count / b.booklet_size
        ORDER BY b.first_booklet_serial DESC LIMIT 1)) AS found) AS s ON true
  LEFT JOIN LATERAL (
    SELECT held.id, held.booklet_id, held.code_hash FROM ledger_voucher held
    WHERE held.series_id = COALESCE(s.id, 0) AND held.id >= COALESCE(s.first_id, 0) AND held.id < COALESCE(s.first_id + s.booklet_size, 1)
      AND held.code_hash = ANY (p_hashes)
    LIMIT 1) AS v ON true
  CROSS JOIN LATERAL (
    SELECT COALESCE(bool_or(latest.kind = 'LOCKED'), false) AS is_locked FROM (
      SELECT DISTINCT ON (e.voucher_id) e.kind FROM redemption_serialevent e
      WHERE e.series_id = COALESCE(s.id, 0) AND e.voucher_id >= COALESCE(s.first_id, 0)
        AND e.voucher_id < COALESCE(s.first_id + s.booklet_size, 1) AND e.kind <> 'WRONG'
      ORDER BY e.voucher_id, e.id DESC) AS latest) AS l
$$;

ALTER FUNCTION redemption_held_booklet OWNER TO carnet_redeemer;
REVOKE EXECUTE ON FUNCTION redemption_held_booklet FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redemption_held_booklet TO carnet_app;
