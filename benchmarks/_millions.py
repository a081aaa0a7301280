"""Three million vouchers used, paid and handed over all over the country, written by SQL into a database of the benchmark's own.

Programmes, funders, agreements and a first series of each are made by the ordinary operations; their series are then copied with their booklets,
passages, hand-overs, uses, claims and payments, so that `carnet ledger verify` finds nothing to say. Everything follows from numbers: two
loadings are the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks._campaign import database

SIZE = 10  # vouchers a booklet


@dataclass(frozen=True)
class Loaded:
    """What was written: each programme's number, one place and one desk of the first, how many vouchers and how many used."""

    url: str
    programme_ids: tuple[int, ...]
    operator_ids: tuple[int, ...]
    place_id: int
    desk_id: int
    vouchers: int
    used: int


@contextmanager
def loaded(
    name: str, *, programmes: int = 8, series: int = 4, booklets: int = 12_000, desks: int = 40, places: int = 120
) -> Iterator[Loaded]:
    """A database of its own with that many series of that many booklets a programme: 3.8 million vouchers, 3 million used."""
    with database(name) as url:
        yield load(url, programmes=programmes, series=series, booklets=booklets, desks=desks, places=places)


def load(url: str, *, programmes: int, series: int, booklets: int, desks: int, places: int) -> Loaded:
    """Write it into the database Django works in; `url` is its owner's."""
    made = [_programme(rank, desks=desks, places=places) for rank in range(programmes)]
    with psycopg.connect(url) as owner:
        owner.execute("SET LOCAL carnet.everything = 'on'")
        owner.execute("SET LOCAL work_mem = '256MB'")
        owner.execute("SET LOCAL maintenance_work_mem = '512MB'")
        _plan(owner, made, series, booklets)
        for statement in _STATEMENTS:
            owner.execute(statement.format(size=SIZE, vouchers=booklets * SIZE, booklets=booklets))
        (vouchers,), (used,) = (_one(owner, f"SELECT count(*) FROM {table}") for table in ("mill_booklet", "mill_used"))
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    first = made[0]
    return Loaded(
        url,
        tuple(each["programme"] for each in made),
        tuple(each["operator"] for each in made),
        first["places"][0][0],
        first["desks"][0],
        vouchers * SIZE,
        used,
    )


def _one(owner: "psycopg.Connection[Any]", question: str) -> tuple[int, ...]:
    found = owner.execute(question).fetchone()
    assert found is not None
    return tuple(found)


def _programme(rank: int, *, desks: int, places: int) -> dict[str, Any]:
    """A programme with its operator, two funders, a first series, its desks and its places, each in a commune of its own."""
    from carnet.gateways.database import acting_as_everything
    from carnet.places import queries as geography
    from tests.factories import campaign as make
    from tests.factories.campaign import organisation

    communes = sorted(geography.gazetteer(), key=lambda each: (-each.population, each.code))[rank::8]
    with acting_as_everything(why="the benchmark makes its programmes"):
        operator_id = organisation(f"Opérateur {rank}", "OPERATOR")
        funder_ids = (organisation(f"Région {rank}", "FUNDER"), organisation(f"Département {rank}", "FUNDER"))
        programme_id = make.programme(operator_id, name=f"Programme {rank}")
        agreement_id = make.agreement(programme_id, funder_ids)
        series_id = make.series(programme_id, agreement_id, operator_id, booklets=1, size=SIZE)
        desk_ids = [organisation(f"Guichet {rank}-{each}", "PRESCRIBER") for each in range(desks)]
        _points(programme_id, list(zip(desk_ids, communes, strict=False)))
        owners = [organisation(f"Lieu {rank}-{each}", "PLACE_OPERATOR") for each in range(places)]
        place_ids = _places(list(zip(owners, communes, strict=False)))
    return {
        "programme": programme_id,
        "agreement": agreement_id,
        "operator": operator_id,
        "series": series_id,
        "desks": desk_ids,
        "places": list(zip(place_ids, owners, strict=True)),
    }


def _places(owners: list[tuple[int, Any]]) -> list[int]:
    from datetime import date

    from carnet.places.models import Place
    from tests.factories.campaign import NOW

    rows = [
        Place(
            provenance="benchmark", national_id=f"place {owner_id}", imported_at=NOW, content_hash=b"", pivot="", name=f"Lieu de {commune.name}",
            commune=commune.name, postcode=commune.postcodes[0], commune_code=commune.code, address="1 rue de la Mairie", latitude=47.0,
            longitude=2.0, updated_on=date(2026, 1, 1), operator_id=owner_id,
        )
        for owner_id, commune in owners
    ]  # fmt: skip
    return [row.id for row in Place.objects.bulk_create(rows)]


def _points(programme_id: int, desks: list[tuple[int, Any]]) -> None:
    from carnet.distribution.models import DeskPoint
    from tests.factories.campaign import NOW, rid

    DeskPoint.objects.bulk_create(
        DeskPoint(
            programme_id=programme_id, organisation_id=desk_id, name=f"Guichet de {commune.name}", street="1 place de la Mairie",
            postcode=commune.postcodes[0], commune=commune.name, commune_code=commune.code, latitude=47.0, longitude=2.0, is_exact=False,
            opened_at=NOW, changed_at=NOW, request_id=rid(),
        )
        for desk_id, commune in desks
    )  # fmt: skip


def _plan(owner: "psycopg.Connection[Any]", made: list[dict[str, Any]], series: int, booklets: int) -> None:
    """Which series are copied, and who their desks and places are."""
    first = 1_000_000_000
    owner.execute(
        "CREATE TEMP TABLE mill_series (id bigint, of_id bigint, programme_id bigint, agreement_id bigint, operator_id bigint, rank bigint,"
        " first_voucher bigint, first_booklet bigint)"
    )
    owner.execute("CREATE TEMP TABLE mill_programme (programme_id bigint, desks bigint, places bigint)")
    owner.execute("CREATE TEMP TABLE mill_desk (programme_id bigint, rank bigint, desk_id bigint)")
    owner.execute("CREATE TEMP TABLE mill_place (programme_id bigint, rank bigint, place_id bigint, owner_id bigint)")
    with owner.cursor() as cursor:
        for number, each in enumerate(made):
            for copy in range(series):
                rank = number * series + copy
                row = (
                    10_000 + rank, each["series"], each["programme"], each["agreement"], each["operator"], rank,
                    first + rank * booklets * SIZE, first + rank * booklets,
                )  # fmt: skip
                cursor.execute("INSERT INTO mill_series VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", row)
            cursor.executemany(
                "INSERT INTO mill_desk VALUES (%s, %s, %s)", [(each["programme"], rank, desk) for rank, desk in enumerate(each["desks"])]
            )
            cursor.execute("INSERT INTO mill_programme VALUES (%s, %s, %s)", (each["programme"], len(each["desks"]), len(each["places"])))
            cursor.executemany(
                "INSERT INTO mill_place VALUES (%s, %s, %s, %s)",
                [(each["programme"], rank, place, owned_by) for rank, (place, owned_by) in enumerate(each["places"])],
            )


# Chance, from a number and what it is for: the same every time.
_CHANCE = "(hashint8extended({}, {}) & 1048575)"

_STATEMENTS = (
    # Series, their shares, their money in circulation.
    """
    INSERT INTO ledger_series (id, programme_id, agreement_id, issuer_prefix, first_serial, first_booklet_serial, voucher_count, booklet_size,
      face_value_cents, first_voucher_id, first_booklet_id, key_version, funder_ids, held_cents, borne_cents, hand_over_until, printed_until,
      accepted_until, drawn_at, activated_at, request_id, created_at) OVERRIDING SYSTEM VALUE
    SELECT m.id, t.programme_id, t.agreement_id, t.issuer_prefix, m.first_voucher, m.first_booklet, {vouchers}, {size}, t.face_value_cents,
      m.first_voucher, m.first_booklet, t.key_version, t.funder_ids,
      (SELECT array_agg(x * {booklets} ORDER BY o) FROM unnest(t.held_cents) WITH ORDINALITY u (x, o)),
      (SELECT array_agg(x * {booklets} ORDER BY o) FROM unnest(t.borne_cents) WITH ORDINALITY u (x, o)), t.hand_over_until, t.printed_until,
      t.accepted_until, t.drawn_at, t.activated_at, gen_random_uuid(), t.created_at
    FROM mill_series m JOIN ledger_series t ON t.id = m.of_id""",
    """
    INSERT INTO ledger_sharepattern (series_id, programme_id, number, funder_ids, held_cents, borne_cents, face_value_cents, voucher_count)
    SELECT m.id, p.programme_id, p.number, p.funder_ids, p.held_cents, p.borne_cents, p.face_value_cents, p.voucher_count * {booklets}
    FROM mill_series m JOIN ledger_sharepattern p ON p.series_id = m.of_id""",
    """
    INSERT INTO ledger_account (kind, programme_id, agreement_id, series_id, organisation_id)
    SELECT a.kind, a.programme_id, a.agreement_id, m.id, a.organisation_id FROM mill_series m JOIN ledger_account a ON a.series_id = m.of_id
    UNION ALL
    SELECT k.kind, s.programme_id, s.agreement_id, 0, p.owner_id FROM (SELECT DISTINCT programme_id, agreement_id FROM mill_series) s
    JOIN mill_place p ON p.programme_id = s.programme_id CROSS JOIN (VALUES ('OWED'), ('PAID')) AS k (kind)""",
    """
    INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, funder_id, quantity, request_id, at)
    SELECT 'RECEIVE', 0, t.programme_id, r.debit_account_id, r.credit_account_id, t.cents * {booklets}, t.funder_id, 0, gen_random_uuid(), r.at
    FROM mill_series m JOIN ledger_movement t ON t.series_id = m.of_id AND t.kind = 'ACTIVATE'
    JOIN ledger_movement r ON r.programme_id = t.programme_id AND r.kind = 'RECEIVE' AND r.funder_id = t.funder_id AND r.series_id = 0
      AND r.id = (SELECT min(x.id) FROM ledger_movement x WHERE x.series_id = 0 AND x.kind = 'RECEIVE' AND x.programme_id = t.programme_id
                  AND x.funder_id = t.funder_id)
    UNION ALL
    SELECT 'ACTIVATE', m.id, t.programme_id, a.id, t.credit_account_id, t.cents * {booklets}, t.funder_id, 0, gen_random_uuid(), t.at
    FROM mill_series m JOIN ledger_movement t ON t.series_id = m.of_id AND t.kind = 'ACTIVATE'
    JOIN ledger_account a ON a.series_id = m.id AND a.kind = 'CIRCULATION'""",
    # Booklets, each at a desk, given on a day of five months; their vouchers.
    f"""
    CREATE TEMP TABLE mill_booklet AS
    SELECT m.id AS series_id, m.programme_id, m.agreement_id, m.first_booklet + b AS id, m.first_voucher + b * {{size}} AS first_voucher, d.desk_id,
      timestamptz '2026-03-03 08:00+01' + ({_CHANCE.format("m.first_booklet + b", 1)} % 150) * interval '1 day'
        + ({_CHANCE.format("m.first_booklet + b", 2)} % 480) * interval '1 minute' AS handed_at
    FROM mill_series m CROSS JOIN generate_series(0, {{booklets}} - 1) AS b
    JOIN mill_programme g ON g.programme_id = m.programme_id
    JOIN mill_desk d ON d.programme_id = m.programme_id AND d.rank = b * g.desks / {{booklets}}""",
    "INSERT INTO ledger_booklet (id, series_id, programme_id, holder_id, opened, handed_over_at)"
    " SELECT id, series_id, programme_id, desk_id, false, handed_at FROM mill_booklet",
    f"""
    CREATE TEMP TABLE mill_used AS
    SELECT v.series_id, v.programme_id, v.agreement_id, v.voucher_id, p.place_id, p.owner_id,
      v.handed_at + (1 + {_CHANCE.format("v.voucher_id", 3)} % 60) * interval '1 day' AS at,
      CASE {_CHANCE.format("v.voucher_id", 4)} % 3 WHEN 0 THEN 'printer' ELSE 'mailbox' END AS service
    FROM (
      SELECT b.series_id, b.programme_id, b.agreement_id, b.handed_at, b.first_voucher + n AS voucher_id,
        {_CHANCE.format("b.first_voucher + n", 5)} % g.places AS rank
      FROM mill_booklet b JOIN mill_programme g ON g.programme_id = b.programme_id CROSS JOIN generate_series(0, {{size}} - 1) AS n) v
    JOIN mill_place p ON p.programme_id = v.programme_id AND p.rank = v.rank
    WHERE {_CHANCE.format("v.voucher_id", 6)} % 100 < 79""",
    "CREATE INDEX ON mill_used (voucher_id)",
    "ANALYZE mill_used",
    # Checked again below, all at once: several times faster so.
    "ALTER TABLE ledger_voucher DROP CONSTRAINT ledger_voucher_code",
    "ALTER TABLE ledger_movement DROP CONSTRAINT ledger_movement_debit_fk, DROP CONSTRAINT ledger_movement_credit_fk",
    """
    INSERT INTO ledger_voucher (id, series_id, programme_id, booklet_id, code_hash, mark, pattern, generation)
    SELECT b.first_voucher + v, b.series_id, b.programme_id, b.id, substr(sha256(int8send(b.first_voucher + v)), 1, 16),
      CASE WHEN u.voucher_id IS NULL THEN 0 ELSE 2 END, 0, 0
    FROM mill_booklet b CROSS JOIN generate_series(0, {size} - 1) AS v LEFT JOIN mill_used u ON u.voucher_id = b.first_voucher + v""",
    # What passed: drawn, activated, sent to each desk and received there, given to somebody.
    """
    INSERT INTO ledger_passage (kind, series_id, programme_id, first_voucher_id, last_voucher_id, reason, request_id, at)
    SELECT p.kind, m.id, m.programme_id, m.first_voucher, m.first_voucher + {vouchers} - 1, '', gen_random_uuid(), p.at
    FROM mill_series m JOIN ledger_passage p ON p.series_id = m.of_id AND p.kind IN ('DRAWN', 'ACTIVATED')""",
    """
    INSERT INTO ledger_passage (kind, series_id, programme_id, first_voucher_id, last_voucher_id, from_holder_id, to_holder_id, reason, request_id, at)
    SELECT k.kind, b.series_id, b.programme_id, min(b.first_voucher), max(b.first_voucher) + {size} - 1, m.operator_id, b.desk_id, '',
      gen_random_uuid(), timestamptz '2026-03-02 12:00+01' + k.after
    FROM mill_booklet b JOIN mill_series m ON m.id = b.series_id
    CROSS JOIN (VALUES ('SHIPPED', interval '0'), ('RECEIVED', interval '4 hours')) AS k (kind, after)
    GROUP BY k.kind, k.after, b.series_id, b.programme_id, m.operator_id, b.desk_id""",
    """
    INSERT INTO ledger_passage (kind, series_id, programme_id, first_voucher_id, last_voucher_id, from_holder_id, reason, request_id, at)
    SELECT 'HANDED_OVER', series_id, programme_id, first_voucher, first_voucher + {size} - 1, desk_id, '', gen_random_uuid(), handed_at
    FROM mill_booklet ORDER BY handed_at""",
    f"""
    INSERT INTO distribution_handover (kind, programme_id, organisation_id, series_id, first_booklet_id, last_booklet_id, voucher_ids, voucher_count,
      printed_until, age_band, reason, area, low_qualified_job_seeker, came_before, handed_over_at, request_id)
    SELECT 'BOOKLETS', b.programme_id, b.desk_id, b.series_id, b.id, b.id, '{{{{}}}}'::bigint[], {{size}}, s.printed_until,
      (ARRAY['UNDER_26', 'FROM_26_TO_59', 'FROM_60_TO_74', 'FROM_75', 'NOT_SAID'])[1 + {_CHANCE.format("b.id", 7)} % 5],
      (ARRAY['PROCEDURES', 'WORK', 'MESSAGES', 'EVERYDAY', 'NOT_SAID'])[1 + {_CHANCE.format("b.id", 8)} % 5],
      (ARRAY['PRIORITY_DISTRICT', 'TOWN', 'COUNTRYSIDE', 'NOT_SAID'])[1 + {_CHANCE.format("b.id", 9)} % 4],
      (ARRAY[true, false, NULL])[1 + {_CHANCE.format("b.id", 10)} % 3], (ARRAY[true, false, false, NULL])[1 + {_CHANCE.format("b.id", 11)} % 4],
      b.handed_at, gen_random_uuid()
    FROM mill_booklet b JOIN ledger_series s ON s.id = b.series_id ORDER BY b.handed_at""",
    # What was used, and its money: the redeeming function's to write, and the owner's when walls are not forced on it.
    "ALTER TABLE ledger_movement NO FORCE ROW LEVEL SECURITY",
    """
    INSERT INTO redemption_redemption (series_id, voucher_id, generation, programme_id, organisation_id, place_id, service_code, attended_on, channel,
      request_id, at)
    SELECT series_id, voucher_id, 0, programme_id, owner_id, place_id, service, (at AT TIME ZONE 'Europe/Paris')::date, 'SCREEN', gen_random_uuid(), at
    FROM mill_used ORDER BY at""",
    """
    INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, voucher_id, generation,
      request_id, at)
    SELECT 'REDEEM', u.series_id, u.programme_id, owed.id, held.id, s.face_value_cents, 0, 1, u.voucher_id, 0, gen_random_uuid(), u.at
    FROM mill_used u JOIN ledger_series s ON s.id = u.series_id
    JOIN ledger_account owed ON owed.agreement_id = u.agreement_id AND owed.kind = 'OWED' AND owed.organisation_id = u.owner_id
    JOIN ledger_account held ON held.series_id = u.series_id AND held.kind = 'CIRCULATION' ORDER BY u.at""",
    "ALTER TABLE ledger_movement FORCE ROW LEVEL SECURITY",
    "ALTER TABLE ledger_voucher ADD CONSTRAINT ledger_voucher_code UNIQUE (code_hash, series_id)",
    "ALTER TABLE ledger_movement ADD CONSTRAINT ledger_movement_debit_fk FOREIGN KEY (debit_account_id) REFERENCES ledger_account (id),"
    " ADD CONSTRAINT ledger_movement_credit_fk FOREIGN KEY (credit_account_id) REFERENCES ledger_account (id)",
    # Claims of each month but the last two, paid ten days after.
    """
    CREATE TEMP TABLE mill_claim AS
    SELECT programme_id, agreement_id, owner_id, date_trunc('month', at AT TIME ZONE 'Europe/Paris')::date AS month_on, min(at) AS first_at,
      count(*) AS vouchers
    FROM mill_used WHERE at < timestamptz '2026-08-01 00:00+02' GROUP BY 1, 2, 3, 4""",
    """
    INSERT INTO settlement_cutoff (programme_id, until, claim_count, voucher_count, cents, request_id, at)
    SELECT programme_id, (month_on + interval '1 month') AT TIME ZONE 'Europe/Paris', count(*), sum(vouchers), sum(vouchers) * 1000, gen_random_uuid(),
      (month_on + interval '1 month') AT TIME ZONE 'Europe/Paris' FROM mill_claim GROUP BY programme_id, month_on""",
    """
    INSERT INTO settlement_claim (cut_off_id, programme_id, agreement_id, organisation_id, first_redeemed_at, until, voucher_count, cents, state,
      set_aside_reason, promised_on, paid_on, created_at)
    SELECT c.id, m.programme_id, m.agreement_id, m.owner_id, m.first_at, c.until, m.vouchers, m.vouchers * 1000, 'PAID', '',
      (m.month_on + interval '1 month 12 days')::date, (m.month_on + interval '1 month 9 days')::date, c.until
    FROM mill_claim m JOIN settlement_cutoff c ON c.programme_id = m.programme_id
      AND c.until = (m.month_on + interval '1 month') AT TIME ZONE 'Europe/Paris'""",
    """
    INSERT INTO settlement_claimline (claim_id, programme_id, organisation_id, place_id, series_id, voucher_id, generation, pattern, cents, redeemed_at)
    SELECT c.id, u.programme_id, u.owner_id, u.place_id, u.series_id, u.voucher_id, 0, 0, 1000, u.at
    FROM mill_used u JOIN settlement_claim c ON c.agreement_id = u.agreement_id AND c.organisation_id = u.owner_id
      AND c.until = (date_trunc('month', u.at AT TIME ZONE 'Europe/Paris') + interval '1 month') AT TIME ZONE 'Europe/Paris'""",
    """
    INSERT INTO settlement_paymentrun (programme_id, agreement_id, state, message_id, execute_on, debtor_name, debtor_iban, debtor_bic, transfer_count,
      total_cents, digest, prepared_at, controlled_by_id, controlled_at, people_needed, approved_by_id, approved_at, file_digest, file_written_at,
      sent_at, settled_at, cancelled_reason, stopped_from, stopped_reason, request_id)
    SELECT programme_id, agreement_id, 'SETTLED', 'RUN-' || agreement_id || '-' || until::date, max(paid_on), 'Compte', 'FR7630006000011234567890189', '',
      count(*), sum(cents), sha256(int8send(min(id))), until, 1, until, 1, 2, until, sha256(int8send(min(id))), until, until, until, '', '', '',
      gen_random_uuid() FROM settlement_claim GROUP BY programme_id, agreement_id, until""",
    """
    INSERT INTO settlement_transfer (run_id, claim_id, programme_id, agreement_id, organisation_id, attempt, end_to_end_id, creditor_name, creditor_iban,
      creditor_bic, remittance, execute_on, cents, state, reason_code, booked_on)
    SELECT r.id, c.id, c.programme_id, c.agreement_id, c.organisation_id, 1, 'CARNET-' || c.id, 'Lieu', 'FR7630001007941234567890185', '', '', c.paid_on,
      c.cents, 'PAID', '', c.paid_on
    FROM settlement_claim c JOIN settlement_paymentrun r ON r.agreement_id = c.agreement_id AND r.prepared_at = c.until""",
    """
    INSERT INTO settlement_bankfile (programme_id, agreement_id, digest, message, report_id, size_bytes, paid_count, paid_cents, came_back_count,
      came_back_cents, known_count, remark_count, remarks, schema_checked, read_at, request_id)
    SELECT programme_id, agreement_id, sha256(int8send(id)), 'camt.053', 'R-' || id, 1, transfer_count, total_cents, 0, 0, 0, 0, '[]', true, settled_at,
      gen_random_uuid() FROM settlement_paymentrun""",
    """
    INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, request_id, at)
    SELECT 'PAY', l.series_id, c.programme_id, paid.id, owed.id, count(*) * 1000, 0, count(*), gen_random_uuid(), c.paid_on + time '12:00'
    FROM settlement_claim c JOIN settlement_claimline l ON l.claim_id = c.id
    JOIN ledger_account paid ON paid.agreement_id = c.agreement_id AND paid.kind = 'PAID' AND paid.organisation_id = c.organisation_id
    JOIN ledger_account owed ON owed.agreement_id = c.agreement_id AND owed.kind = 'OWED' AND owed.organisation_id = c.organisation_id
    GROUP BY c.id, l.series_id, c.programme_id, paid.id, owed.id, c.paid_on""",
)
