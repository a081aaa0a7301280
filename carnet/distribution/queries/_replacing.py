"""Booklets lost by the person who had them: what is left of one, what was blocked, what is owed. Nobody is named."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.distribution import access
from carnet.distribution.models import HandOver, Replacement
from carnet.distribution.queries._handing import HandOverView, _view
from carnet.distribution.rules import REPLACED_DAYS, FoundBy, Kind, replacements_allowed
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason, State


@dataclass(frozen=True, slots=True)
class ReplacementView:
    """A booklet blocked, and the vouchers owed for it."""

    id: int
    programme_id: int
    organisation_id: int
    gave_organisation_id: int
    serial: str
    voucher_count: int
    reason: EndReason
    found_by: FoundBy
    opened_at: datetime
    given_hand_over_id: int | None
    given_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replaceable:
    """What a person had of one booklet: the vouchers still unspent, which would be blocked and given again."""

    hand_over: HandOverView
    booklet_id: int
    serial: str
    voucher_ids: tuple[int, ...]
    replaced_at: datetime | None
    was_given_for_another: bool


def replacements(
    *, organisation_id: int | None = None, programme_id: int | None = None, waiting_only: bool = False, limit: int = 50
) -> list[ReplacementView]:
    """Booklets replaced, or still owed, the latest first."""
    rows = Replacement.objects.order_by("-opened_at", "-id")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    if waiting_only:
        rows = rows.filter(given_at=None)
    return [_replacement(row) for row in rows[:limit]]


def replacements_of_booklet(booklet_id: int) -> list[ReplacementView]:
    """The replacements of one booklet, as far as the reader sees, the first first."""
    return [_replacement(row) for row in Replacement.objects.filter(booklet_id=booklet_id).order_by("opened_at", "id")]


def replacement(replacement_id: int) -> ReplacementView:
    """One replacement. Raises: ReplacementUnknown."""
    return _replacement(access.replacement(replacement_id))


def replacements_left(*, organisation_id: int, at: datetime) -> tuple[int, int]:
    """How many booklets a desk replaced by itself in the last month, and how many it may."""
    since = at - timedelta(days=REPLACED_DAYS)
    done = Replacement.objects.filter(gave_organisation_id=organisation_id, opened_at__gte=since).count()
    return done, replacements_allowed(hand_overs_since(organisation_id=organisation_id, at=at))


def hand_overs_since(*, organisation_id: int, at: datetime) -> int:
    """How many hand-overs a desk made in the days over which its replacements are counted."""
    return HandOver.objects.filter(organisation_id=organisation_id, handed_over_at__gte=at - timedelta(days=REPLACED_DAYS)).count()


def hand_overs_of_booklet(*, series_id: int, booklet_id: int) -> list[HandOverView]:
    """The hand-overs that gave vouchers of one booklet, as far as the reader sees, the latest first."""
    series = ledger.series(series_id)
    first = series.first_voucher_id + (booklet_id - series.first_booklet_id) * series.booklet_size
    own = set(range(first, first + series.booklet_size))
    rows = HandOver.objects.filter(series_id=series_id, first_booklet_id__lte=booklet_id, last_booklet_id__gte=booklet_id)
    return [_view(row) for row in rows.order_by("-handed_over_at", "-id") if row.kind != Kind.VOUCHERS or own & set(row.voucher_ids)]


def replaceable(*, hand_over_id: int, booklet_id: int) -> Replaceable:
    """What is left, to its holder, of one booklet of a hand-over. Raises: HandOverUnknown, BookletUnknown."""
    given = _view(access.hand_over(hand_over_id))
    series = ledger.series(given.series_id)
    others = [each for each in hand_overs_of_booklet(series_id=given.series_id, booklet_id=booklet_id) if each.id != given.id]
    elsewhere = {voucher_id for each in others for voucher_id in each.voucher_ids}
    own = set(given.voucher_ids) if given.kind is Kind.VOUCHERS else None
    vouchers = ledger.vouchers_of_booklet(booklet_id)
    left = [
        each.id for each in vouchers if each.state is State.HANDED_OVER and each.id not in elsewhere and (own is None or each.id in own)
    ]
    before = Replacement.objects.filter(hand_over_id=hand_over_id, booklet_id=booklet_id).values_list("opened_at", flat=True).first()
    return Replaceable(
        hand_over=given,
        booklet_id=booklet_id,
        serial=ledger.serial_of_booklet(series, booklet_id),
        voucher_ids=tuple(left),
        replaced_at=before,
        was_given_for_another=Replacement.objects.filter(given_hand_over_id=hand_over_id).exists(),
    )


def _replacement(row: Replacement) -> ReplacementView:
    return ReplacementView(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        gave_organisation_id=row.gave_organisation_id,
        serial=ledger.serial_of_booklet(ledger.series(row.series_id), row.booklet_id),
        voucher_count=row.voucher_count,
        reason=EndReason(row.reason),
        found_by=FoundBy(row.found_by),
        opened_at=row.opened_at,
        given_hand_over_id=row.given_hand_over_id,
        given_at=row.given_at,
    )
