"""Opening a series and drawing its vouchers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Max

from carnet.kernel.actors import Actor
from carnet.kernel.money import cumulative_split
from carnet.ledger import access
from carnet.ledger.models import Passage, Series, SharePattern, Voucher
from carnet.ledger.rules import BOOKLET_SIZE_MAX, CodesTaken, PassageKind, SeriesTooLarge, Weight, share_patterns


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """What a series will be. Money in whole cents; the three ends are exclusive aware instants."""

    programme_id: int
    agreement_id: int
    holder_id: int
    issuer_prefix: str
    booklet_count: int
    booklet_size: int
    face_value_cents: int
    hand_over_until: datetime
    printed_until: datetime
    accepted_until: datetime
    weights: Sequence[Weight]
    key_version: int = 1


@transaction.atomic
def open_series(*, plan: SeriesPlan, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Number a series, fix its share patterns, and make its booklets, held by `plan.holder_id`.

    Returns the series id. Raises: SharesDoNotMakeFace, SeriesTooLarge.
    """
    repeated = Series.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    if not 0 < plan.booklet_size <= BOOKLET_SIZE_MAX:
        raise SeriesTooLarge(booklet_size=plan.booklet_size, booklet_size_max=BOOKLET_SIZE_MAX)
    voucher_count = plan.booklet_count * plan.booklet_size
    patterns, _by_rank = share_patterns(face_value_cents=plan.face_value_cents, voucher_count=voucher_count, weights=plan.weights)
    series = _number(plan, voucher_count, request_id, at)
    SharePattern.objects.bulk_create(
        SharePattern(
            series_id=series.id,
            programme_id=plan.programme_id,
            number=pattern.number,
            funder_ids=list(pattern.funder_ids),
            held_cents=list(pattern.held_cents),
            borne_cents=list(pattern.borne_cents),
            face_value_cents=plan.face_value_cents,
            voucher_count=pattern.voucher_count,
        )
        for pattern in patterns
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_booklet (id, series_id, programme_id, holder_id, opened)"
            " SELECT first + %s, %s, %s, %s, false FROM generate_series(0, %s) AS first",
            [series.first_booklet_id, series.id, plan.programme_id, plan.holder_id, plan.booklet_count - 1],
        )
    return series.id


def _number(plan: SeriesPlan, voucher_count: int, request_id: UUID, at: datetime) -> Series:
    with connection.cursor() as cursor:
        # One series is numbered at a time: serials are continuous and ids never overlap.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger.number-series', 0))")
        # Where the numbers of this installation begin (`carnet init --first-number`): vouchers and booklets have no sequence of their own.
        cursor.execute("SELECT seqstart FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence('ledger_series', 'id')::regclass")
        first_number = cursor.fetchone()[0]
    ends = Series.objects.aggregate(
        voucher=Max(F("first_voucher_id") + F("voucher_count")), booklet=Max(F("first_booklet_id") + F("voucher_count") / F("booklet_size"))
    )
    serials = Series.objects.filter(issuer_prefix=plan.issuer_prefix).aggregate(
        voucher=Max(F("first_serial") + F("voucher_count")), booklet=Max(F("first_booklet_serial") + F("voucher_count") / F("booklet_size"))
    )
    return Series.objects.create(
        programme_id=plan.programme_id,
        agreement_id=plan.agreement_id,
        issuer_prefix=plan.issuer_prefix,
        first_serial=serials["voucher"] or 1,
        first_booklet_serial=serials["booklet"] or 1,
        voucher_count=voucher_count,
        booklet_size=plan.booklet_size,
        face_value_cents=plan.face_value_cents,
        first_voucher_id=ends["voucher"] or first_number,
        first_booklet_id=ends["booklet"] or first_number,
        key_version=plan.key_version,
        funder_ids=[weight.funder_id for weight in plan.weights],
        held_cents=[weight.held_cents for weight in plan.weights],
        borne_cents=[weight.borne_cents for weight in plan.weights],
        hand_over_until=plan.hand_over_until,
        printed_until=plan.printed_until,
        accepted_until=plan.accepted_until,
        request_id=request_id,
        created_at=at,
    )


@transaction.atomic
def draw_vouchers(*, series_id: int, first_rank: int, code_hashes: Iterable[bytes], actor: Actor) -> int:
    """Write a chunk of vouchers, ranks `first_rank` onwards, one 16-byte keyed hash each; return how many.

    Repeating a chunk writes nothing more. PostgreSQL refuses COPY into a table under row-level
    security, so rows are copied beside it and inserted in one statement.

    Raises: SeriesUnknown; CodesTaken (nothing is written) when a hash is already another voucher's.
    """
    series = access.series(series_id)
    hashes = list(code_hashes)
    numbers = {
        (tuple(pattern.held_cents), tuple(pattern.borne_cents)): pattern.number
        for pattern in SharePattern.objects.filter(series_id=series_id)
    }
    held = cumulative_split(each_cents=series.face_value_cents, count=len(hashes), weights=series.held_cents, first=first_rank)
    borne = cumulative_split(each_cents=series.face_value_cents, count=len(hashes), weights=series.borne_cents, first=first_rank)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS ledger_drawn (rank integer, code_hash bytea, pattern smallint) ON COMMIT DELETE ROWS"
        )
        cursor.execute("DELETE FROM ledger_drawn")
        with cursor.copy("COPY ledger_drawn (rank, code_hash, pattern) FROM STDIN") as copy:
            for rank, (code_hash, shares) in enumerate(zip(hashes, zip(held, borne, strict=True), strict=True), start=first_rank):
                copy.write(f"{rank}\t\\\\x{code_hash.hex()}\t{numbers[shares]}\n")
        _refuse_taken_codes(cursor, series.first_voucher_id)
        cursor.execute(
            "INSERT INTO ledger_voucher (id, series_id, programme_id, booklet_id, code_hash, mark, pattern, generation)"
            " SELECT %s + rank, %s, %s, %s + rank / %s, code_hash, 0, pattern, 0 FROM ledger_drawn d WHERE NOT EXISTS ("
            " SELECT 1 FROM ledger_voucher v WHERE v.series_id = %s AND v.id >= %s AND v.id < %s AND v.id = %s + d.rank) ORDER BY rank",
            [
                series.first_voucher_id,
                series_id,
                series.programme_id,
                series.first_booklet_id,
                series.booklet_size,
                series_id,
                series.first_voucher_id + first_rank,
                series.first_voucher_id + first_rank + len(hashes),
                series.first_voucher_id,
            ],
        )
        return int(cursor.rowcount)


def _refuse_taken_codes(cursor: CursorWrapper, first_voucher_id: int) -> None:
    # A typed code names no series: two vouchers of one programme must never share one, not even across its series.
    cursor.execute(
        # LIMIT keeps PostgreSQL probing the index once a code, instead of reading every voucher for each chunk.
        "SELECT d.rank FROM ledger_drawn d, LATERAL (SELECT 1 FROM ledger_voucher v /* fan-out: no code twice in a programme */"
        " WHERE v.code_hash = d.code_hash AND v.id <> %s + d.rank LIMIT 1) taken"
        " UNION SELECT rank FROM (SELECT rank, row_number() OVER (PARTITION BY code_hash ORDER BY rank) AS time FROM ledger_drawn) again"
        " WHERE time > 1 ORDER BY 1",
        [first_voucher_id],
    )
    taken = tuple(row[0] for row in cursor.fetchall())
    if taken:
        raise CodesTaken(taken)


@transaction.atomic
def finish_drawing(*, series_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Declare the series drawn, once every one of its vouchers is there. Raises: SeriesUnknown."""
    series = access.series(series_id)
    if series.drawn_at is not None:
        return
    written = Voucher.objects.filter(series_id=series_id).count()
    assert written == series.voucher_count, f"series {series_id}: {written} of {series.voucher_count} vouchers drawn"
    Passage.objects.create(
        kind=PassageKind.DRAWN,
        series_id=series_id,
        programme_id=series.programme_id,
        first_voucher_id=series.first_voucher_id,
        last_voucher_id=series.first_voucher_id + series.voucher_count - 1,
        actor_person_id=actor.person_id,
        request_id=request_id,
        at=at,
    )
    Series.objects.filter(id=series_id).update(drawn_at=at)
