"""What was spent, where, and what a place may know of a voucher in front of it."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from carnet.gateways.keys import RECEIPT, key_ring
from carnet.kernel.identifiers import VoucherSerial
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Fault
from carnet.redemption.access import Candidate
from carnet.redemption.models import Redemption, Reversal
from carnet.redemption.rules import PlaceNotAccepted, VoucherUnknown, parse_redemption_number, redemption_number

_RECEIPT_JSON = json.JSONEncoder(separators=(",", ":"), sort_keys=True)  # the same bytes each time


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A voucher accepted. `receipt` is signed by the programme's key and proves it to anyone."""

    number: str
    voucher_serial: str
    programme_id: int
    place_id: int
    service: str
    value_cents: int
    redeemed_at: datetime
    receipt: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class VoucherSeen:
    """A voucher as a place may know it, from its code only. `outcome`: 'redeemable', or the code of the refusal."""

    outcome: str
    voucher_serial: str
    programme_id: int
    value_cents: int
    accepted_until: datetime
    reserved_until: datetime | None
    redeemed_at: datetime | None
    redeemed_place_id: int | None


@dataclass(frozen=True, slots=True)
class RedemptionLine:
    """One redemption in a place's own list."""

    number: str
    voucher_serial: str
    programme_id: int
    place_id: int
    service: str
    attended_on: date
    value_cents: int
    redeemed_at: datetime
    reversed: bool


@lru_cache(maxsize=4096)
def _series_facts(series_id: int) -> tuple[str, int, int, int]:
    # What is printed on a series never changes: prefix, first serial, first voucher, face value.
    row = ledger.series(series_id)
    return row.issuer_prefix, row.first_serial, row.first_voucher_id, row.face_value_cents


def forget_series_facts() -> None:
    """Forget what is printed on each series (between databases, in tests)."""
    _series_facts.cache_clear()


def serial_of(series_id: int, voucher_id: int) -> str:
    """The public serial of a voucher, as printed."""
    prefix, first_serial, first_voucher_id, _value = _series_facts(series_id)
    return VoucherSerial(prefix, first_serial + voucher_id - first_voucher_id).printed()


def redeemed_now(
    *,
    series_id: int,
    voucher_id: int,
    generation: int,
    programme_id: int,
    value_cents: int,
    place_id: int,
    service: str,
    redeemed_at: datetime,
) -> Redeemed:
    """A redemption with its serial and its signed receipt (the same bytes each time)."""
    number = redemption_number(series_id=series_id, voucher_id=voucher_id, generation=generation)
    serial = serial_of(series_id, voucher_id)
    facts = {
        "programme": programme_id,
        "redemption": number,
        "serial": serial,
        "value_cents": value_cents,
        "place": place_id,
        "service": service,
        "redeemed_at": redeemed_at.isoformat(),
    }
    return Redeemed(number, serial, programme_id, place_id, service, value_cents, redeemed_at, _receipt(programme_id, facts))


def _receipt(programme_id: int, facts: Mapping[str, Any]) -> str:
    version = 1  # receipts stay verifiable whatever the current version: the first key never leaves the ring
    payload = _RECEIPT_JSON.encode({"v": version, **facts}).encode()
    signature = key_ring().sign(programme_id, RECEIPT, payload, version=version)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (payload, signature))


def receipt_holds(receipt: str) -> dict[str, Any] | None:
    """What a receipt says, if the programme it names signed it; None otherwise."""
    try:
        payload, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in receipt.split("."))
        facts: dict[str, Any] = json.loads(payload)
        held = key_ring().verify(int(facts["programme"]), int(facts["v"]), RECEIPT, payload, signature)
    except (ValueError, KeyError, TypeError, Refusal):
        return None
    return facts if held else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One redemption as its signed receipt tells it: whoever holds the programme's public key can check it."""

    number: str
    serial: str
    programme_id: int
    organisation_id: int
    place_id: int
    service: str
    attended_on: date
    redeemed_at: datetime
    receipt: str


def receipts_of(numbers: Sequence[str]) -> dict[str, Receipt]:
    """The receipts of these redemptions, the same bytes as when they were given, as far as the reader sees them."""
    found: dict[str, Receipt] = {}
    for number in numbers:
        series_id, voucher_id, generation = parse_redemption_number(number)
        row = Redemption.objects.filter(series_id=series_id, voucher_id=voucher_id, generation=generation).first()
        if row is None:
            continue
        told = redeemed_now(
            series_id=series_id,
            voucher_id=voucher_id,
            generation=generation,
            programme_id=row.programme_id,
            value_cents=_series_facts(series_id)[3],
            place_id=row.place_id,
            service=row.service_code,
            redeemed_at=row.at,
        )
        found[number] = Receipt(
            number,
            told.voucher_serial,
            row.programme_id,
            row.organisation_id,
            row.place_id,
            row.service_code,
            row.attended_on,
            row.at,
            told.receipt,
        )
    return found


def redeemed_before(kept: str | Mapping[str, Any]) -> Redeemed:
    """The first answer again, from what was kept under its key."""
    facts = json.loads(kept) if isinstance(kept, str) else kept
    row = Redemption.objects.get(series_id=facts["series_id"], voucher_id=facts["voucher_id"], generation=facts["generation"])
    again = redeemed_now(
        series_id=row.series_id,
        voucher_id=row.voucher_id,
        generation=row.generation,
        programme_id=row.programme_id,
        value_cents=_series_facts(row.series_id)[3],
        place_id=row.place_id,
        service=row.service_code,
        redeemed_at=row.at,
    )
    return replace(again, repeated=True)


def seen(
    *, organisation_id: int, place_id: int, service: str | None, candidates: Sequence[Candidate], at: datetime
) -> VoucherSeen | Refusal:
    """What a place may know of a voucher from its code. A refusal for an unknown code or a place with no part in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, series_id, voucher_id, programme_id, value_cents, accepted_until, reserved_until, redeemed_at, redeemed_place_id"
            " FROM check_vouchers(%s::bigint[], %s::bigint[], %s::text[], %s::integer[], %s::bytea[], %s::bigint[], %s, %s)",
            [
                [organisation_id],
                [place_id],
                [service],
                [1] * len(candidates),
                [candidate.code_hash for candidate in candidates],
                [candidate.series_id for candidate in candidates],
                at,
                legal_day(at),
            ],
        )
        row = cursor.fetchone()
    if row[0] == PlaceNotAccepted.code:
        return PlaceNotAccepted(place_id=place_id)
    if row[0] == VoucherUnknown.code:
        return VoucherUnknown()
    return VoucherSeen(row[0], serial_of(row[1], row[2]), *row[3:])


def redemptions_of(
    *, organisation_id: int, place_id: int | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 200
) -> list[RedemptionLine]:
    """An organisation's own redemptions, the latest first, between two instants (the second excluded)."""
    rows = Redemption.objects.filter(organisation_id=organisation_id).order_by("-at", "-voucher_id")
    if place_id is not None:
        rows = rows.filter(place_id=place_id)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    undone = Reversal.objects.filter(series_id=OuterRef("series_id"), voucher_id=OuterRef("voucher_id"), generation=OuterRef("generation"))
    return [
        RedemptionLine(
            redemption_number(series_id=row.series_id, voucher_id=row.voucher_id, generation=row.generation),
            serial_of(row.series_id, row.voucher_id),
            row.programme_id,
            row.place_id,
            row.service_code,
            row.attended_on,
            _series_facts(row.series_id)[3],
            row.at,
            bool(row.undone),
        )
        for row in rows.annotate(undone=Exists(undone))[:limit]
    ]


def redemption_of(*, organisation_id: int, number: str) -> RedemptionLine | None:
    """One of an organisation's own redemptions, or None. Raises: RedemptionUnknown (not a number)."""
    series_id, voucher_id, generation = parse_redemption_number(number)
    row = Redemption.objects.filter(
        organisation_id=organisation_id, series_id=series_id, voucher_id=voucher_id, generation=generation
    ).first()  # fmt: skip
    if row is None:
        return None
    undone = Reversal.objects.filter(series_id=series_id, voucher_id=voucher_id, generation=generation).exists()
    return RedemptionLine(
        number,
        serial_of(series_id, voucher_id),
        row.programme_id,
        row.place_id,
        row.service_code,
        row.attended_on,
        _series_facts(series_id)[3],
        row.at,
        undone,
    )


@dataclass(frozen=True, slots=True)
class DayCount:
    """The standing redemptions of one organisation under one programme on one legal day. Unit: whole cents."""

    programme_id: int
    day: date
    voucher_count: int
    cents: int


@dataclass(frozen=True, slots=True)
class SpentOnce:
    """One redemption of a voucher, undone since or not."""

    generation: int
    organisation_id: int
    place_id: int
    redeemed_at: datetime
    undone: bool


def spent_of(*, series_id: int, voucher_id: int) -> list[SpentOnce]:
    """Every redemption of one voucher, as far as the reader sees them, the first first."""
    undone = Reversal.objects.filter(series_id=series_id, voucher_id=voucher_id, generation=OuterRef("generation"))
    rows = Redemption.objects.filter(series_id=series_id, voucher_id=voucher_id).annotate(undone=Exists(undone)).order_by("generation")
    return [SpentOnce(row.generation, row.organisation_id, row.place_id, row.at, bool(row.undone)) for row in rows]


def standing_by_day(*, organisation_id: int) -> list[DayCount]:
    """An organisation's redemptions by day in Paris, net of reversals, oldest first: what it is, or was, owed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.programme_id, r.series_id, (r.at AT TIME ZONE 'Europe/Paris')::date, count(*) FROM redemption_redemption r"
            " /* fan-out: of one organisation */ WHERE r.organisation_id = %s AND NOT EXISTS ("
            " SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
            " GROUP BY 1, 2, 3 ORDER BY 3, 1, 2",
            [organisation_id],
        )
        rows = cursor.fetchall()
    sums: dict[tuple[int, date], tuple[int, int]] = {}
    for programme_id, series_id, day, count in rows:
        before = sums.get((programme_id, day), (0, 0))
        sums[programme_id, day] = (before[0] + count, before[1] + count * _series_facts(series_id)[3])
    return [DayCount(programme_id, day, count, cents) for (programme_id, day), (count, cents) in sums.items()]


@dataclass(frozen=True, slots=True)
class StandingSum:
    """Redemptions net of those undone. Unit: whole cents."""

    voucher_count: int
    cents: int


def standing_before(*, organisation_id: int, programme_id: int, until: datetime) -> StandingSum:
    """What an organisation redeemed under one programme before an instant, net of what was undone since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id, count(*) FROM redemption_redemption r /* fan-out: of one organisation */"
            " WHERE r.organisation_id = %s AND r.programme_id = %s AND r.at < %s AND NOT EXISTS ("
            " SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
            " GROUP BY 1",
            [organisation_id, programme_id, until],
        )
        rows = cursor.fetchall()
    return StandingSum(sum(count for _series, count in rows), sum(count * _series_facts(series)[3] for series, count in rows))


def count_between(*, programme_id: int, since: datetime, until: datetime) -> int:
    """How many vouchers of a programme were redeemed between two instants (the second excluded), net of those undone since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM redemption_redemption r /* fan-out: of one programme */"
            " WHERE r.programme_id = %s AND r.at >= %s AND r.at < %s AND NOT EXISTS ("
            " SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)",
            [programme_id, since, until],
        )
        return int(cursor.fetchone()[0])


def any_between(*, programme_id: int, since: datetime | None, until: datetime) -> bool:
    """Whether any voucher of a programme was redeemed between two instants (the second excluded)."""
    rows = Redemption.objects.filter(programme_id=programme_id, at__lt=until)
    return (rows if since is None else rows.filter(at__gte=since)).exists()


def services_used(*, programme_id: int) -> dict[str, int]:
    """How many vouchers of a programme were spent on each service, net of reversals."""
    return _counted(programme_id, "service_code")


def places_used(*, programme_id: int) -> dict[int, int]:
    """How many vouchers of a programme were spent at each place, net of reversals."""
    return _counted(programme_id, "place_id")


def _counted(programme_id: int, column: str) -> dict[Any, int]:
    assert column in ("service_code", "place_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.{column}, count(*) FROM redemption_redemption r /* fan-out: figures */ WHERE r.programme_id = %s AND NOT EXISTS ("
            " SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation)"
            f" GROUP BY r.{column} ORDER BY 2 DESC, 1",
            [programme_id],
        )
        return dict(cursor.fetchall())


def verify() -> list[Fault]:
    """Redemptions and the ledger say the same, row for row. Call it seeing everything."""
    checks = {
        "a redemption without its money, or money without its redemption": """
            SELECT 'voucher ' || COALESCE(r.series_id, m.series_id) || '-' || COALESCE(r.voucher_id, m.voucher_id) FROM redemption_redemption r
            FULL JOIN (SELECT * FROM ledger_movement WHERE kind = 'REDEEM') m
              ON m.series_id = r.series_id AND m.voucher_id = r.voucher_id AND m.generation = r.generation
            WHERE r.series_id IS NULL OR m.series_id IS NULL OR m.at <> r.at OR m.programme_id <> r.programme_id""",
        "a reversal without its money, or money without its reversal": """
            SELECT 'voucher ' || COALESCE(r.series_id, m.series_id) || '-' || COALESCE(r.voucher_id, m.voucher_id) FROM redemption_reversal r
            FULL JOIN (SELECT * FROM ledger_movement WHERE kind = 'REVERSE') m
              ON m.series_id = r.series_id AND m.voucher_id = r.voucher_id AND m.generation = r.generation
            WHERE r.series_id IS NULL OR m.series_id IS NULL""",
        "money owed to another organisation than the one that accepted the voucher": """
            SELECT 'movement ' || m.id FROM ledger_movement m JOIN ledger_account a ON a.id = m.debit_account_id
            JOIN redemption_redemption r ON r.series_id = m.series_id AND r.voucher_id = m.voucher_id AND r.generation = m.generation
            WHERE m.kind = 'REDEEM' AND a.organisation_id <> r.organisation_id""",
        "a device was told of a redemption that is not there": """
            SELECT 'item ' || i.id FROM redemption_uploadeditem i LEFT JOIN redemption_redemption r
              ON r.series_id = split_part(i.redemption_number, '-', 1)::bigint AND r.voucher_id = split_part(i.redemption_number, '-', 2)::bigint
              AND r.generation = split_part(i.redemption_number, '-', 3)::smallint
            WHERE i.outcome = 'confirmed' AND (r.series_id IS NULL OR r.place_id <> i.place_id OR r.channel <> 'OFFLINE')""",
        # The latest reservation of each voucher still alive says what its row says, unless it was ended.
        "a reservation and the voucher it holds disagree": """
            SELECT 'voucher ' || v.series_id || '-' || v.id FROM ledger_voucher v /* fan-out: verify */
            LEFT JOIN (
              SELECT DISTINCT ON (r.series_id, r.voucher_id, r.generation) r.*, e.kind AS ended FROM redemption_reservation r
              LEFT JOIN redemption_reservationend e ON e.reservation_id = r.id ORDER BY r.series_id, r.voucher_id, r.generation, r.id DESC
            ) r ON r.series_id = v.series_id AND r.voucher_id = v.id AND r.generation = v.generation AND r.ended IS NULL
            WHERE v.mark IN (0, 1) AND (v.reserved_by_id IS DISTINCT FROM r.place_id OR v.reserved_until IS DISTINCT FROM r.until)""",
        "two reservations hold the same voucher at once": """
            SELECT 'reservation ' || b.id FROM redemption_reservation a
            JOIN redemption_reservation b ON b.series_id = a.series_id AND b.voucher_id = a.voucher_id AND b.generation = a.generation AND b.id > a.id
            LEFT JOIN redemption_reservationend e ON e.reservation_id = a.id
            WHERE b.at < LEAST(a.until, COALESCE(e.at, a.until))""",
        "a dispute was decided otherwise than what happened": """
            SELECT 'dispute ' || d.id FROM redemption_disputedecision x JOIN redemption_dispute d ON d.id = x.dispute_id
            LEFT JOIN redemption_reversal r ON r.series_id = d.series_id AND r.voucher_id = d.voucher_id AND r.generation = d.generation
            WHERE (x.outcome = 'REVERSED') <> (r.series_id IS NOT NULL) OR x.decided_by_id = d.opened_by_id
               OR (x.cents, x.agreement_id, x.organisation_id) <> (d.cents, d.agreement_id, d.organisation_id)""",
        "a reservation holds a voucher past its end of acceptance": """
            SELECT 'reservation ' || r.id FROM redemption_reservation r JOIN ledger_series s ON s.id = r.series_id
            JOIN ledger_voucher v ON v.series_id = r.series_id AND v.id = r.voucher_id
            JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
            WHERE r.until > COALESCE(v.accepted_until, b.accepted_until, s.accepted_until)""",
    }
    faults: list[Fault] = []
    with connection.cursor() as cursor:
        for what, sql in checks.items():
            cursor.execute(f"WITH fault AS MATERIALIZED ({sql}) SELECT * FROM fault ORDER BY 1 LIMIT 100")
            faults += [Fault("2 one state", row[0], what) for row in cursor.fetchall()]
    return faults


def latest() -> tuple[int, datetime | None]:
    """How many redemptions there are, and the moment of the latest: what a restoration says of itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(r.at) FROM redemption_redemption r /* fan-out: said of a whole database */")
        count, at = cursor.fetchone()
    return count, at
