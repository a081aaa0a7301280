"""What may be exchanged for an old booklet, at which desk and until when. Nobody is named."""

import re
from dataclasses import dataclass
from datetime import datetime

from carnet.distribution import access
from carnet.distribution.models import Exchange, ExchangeTerms, Replacement
from carnet.distribution.queries._handing import HandOverView
from carnet.distribution.queries._replacing import hand_overs_of_booklet
from carnet.distribution.rules import Kind, NeverHandedOver, ReplacementGiven
from carnet.distribution.rules.exchanges import ExchangeNeedsVoucher, check_exchange, exchanged_until
from carnet.kernel.identifiers import SerialMistyped, VoucherSerial
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AlreadyExchanged, NothingToExchange, State

_LOSS = re.compile(r"R\s*(\d{1,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExchangeOffer:
    """The vouchers one old number gives right to, each worth `value_cents`. `replacement_id` when their loss was declared."""

    programme_id: int
    agreement_id: int
    series_id: int
    booklet_id: int
    serial: str
    voucher_ids: tuple[int, ...]
    value_cents: int
    until: datetime
    replacement_id: int | None = None


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """An exchange made at a desk."""

    id: int
    serial: str
    voucher_count: int
    cents: int
    exchanged_at: datetime
    hand_over_id: int


def exchange_days(programme_id: int) -> int:
    """For how many days after their end a programme's vouchers are exchanged; 0 is never."""
    return ExchangeTerms.objects.filter(programme_id=programme_id).order_by("-id").values_list("days", flat=True).first() or 0


def exchange_offer(*, number: str, organisation_id: int, at: datetime) -> ExchangeOffer:
    """What a desk may exchange for the number of an old booklet or voucher it gave, or of a loss declared (R12). It changes nothing.

    A number of another desk is answered as one that does not exist.
    Raises: SerialMistyped, BookletUnknown, VoucherSerialUnknown, NeverHandedOver, ReplacementUnknown, ReplacementGiven, ExchangeNeedsVoucher,
    ExchangeNotAllowed, ExchangeTooSoon, ExchangeTooLate, ExchangedOnce, NothingToExchange, AlreadyExchanged.
    """
    loss = _LOSS.fullmatch(number.strip())
    return _of_loss(int(loss[1]), organisation_id, at) if loss else _of_number(number, organisation_id, at)


def exchanges(*, organisation_id: int, limit: int = 20) -> list[ExchangeView]:
    """What a desk exchanged, the latest first."""
    rows = Exchange.objects.filter(organisation_id=organisation_id).order_by("-exchanged_at", "-id")[:limit]
    return [
        ExchangeView(
            row.id,
            ledger.serial_of_booklet(ledger.series(row.series_id), row.booklet_id),
            row.voucher_count,
            row.cents,
            row.exchanged_at,
            row.hand_over_id,
        )
        for row in rows
    ]


def _of_number(number: str, organisation_id: int, at: datetime) -> ExchangeOffer:
    found = ledger.booklet(number)
    given = [
        each for each in hand_overs_of_booklet(series_id=found.series_id, booklet_id=found.id) if each.organisation_id == organisation_id
    ]
    if not given:
        raise NeverHandedOver
    vouchers = ledger.vouchers_of_booklet(found.id)
    if len(given) > 1:
        typed = next((each.id for each in vouchers if each.serial == _as_printed(number)), None)
        given = [each for each in given if typed is not None and _holds(each, typed, given)]
        if len(given) != 1:
            raise ExchangeNeedsVoucher
        own = tuple(
            each.id for each in vouchers if _holds(given[0], each.id, hand_overs_of_booklet(series_id=found.series_id, booklet_id=found.id))
        )
    else:
        own = given[0].voucher_ids if given[0].kind is Kind.VOUCHERS else tuple(each.id for each in vouchers)
    # A booklet blocked at this desk is exchanged under its own number as under the loss's: who comes back has the one or the other.
    loss = Replacement.objects.filter(hand_over_id=given[0].id).order_by("-id").first()
    if loss is not None:
        return _of_loss(loss.id, organisation_id, at)
    return _offer(found.series_id, found.id, own, hand_over_id=given[0].id, replacement=None, at=at)


def _as_printed(number: str) -> str:
    try:
        return VoucherSerial.parse(number).printed()
    except SerialMistyped:
        return ""


def _holds(each: HandOverView, voucher_id: int, others: list[HandOverView]) -> bool:
    """Whether a hand-over of the booklet gave this voucher: named, or the rest of a booklet given whole."""
    if each.kind is Kind.VOUCHERS:
        return voucher_id in each.voucher_ids
    return not any(voucher_id in other.voucher_ids for other in others if other.kind is Kind.VOUCHERS)


def _of_loss(replacement_id: int, organisation_id: int, at: datetime) -> ExchangeOffer:
    row: Replacement = access.replacement(replacement_id)
    if row.given_at is not None:
        raise ReplacementGiven(given_at=row.given_at)
    if row.organisation_id != organisation_id:
        raise NeverHandedOver
    ids = ledger.voided_by(series_id=row.series_id, request_id=row.request_id)
    return _offer(row.series_id, row.booklet_id, ids, hand_over_id=row.hand_over_id, replacement=row, at=at)


def _offer(
    series_id: int, booklet_id: int, voucher_ids: tuple[int, ...], *, hand_over_id: int, replacement: Replacement | None, at: datetime
) -> ExchangeOffer:
    series = ledger.series(series_id)
    days = exchange_days(series.programme_id)
    told = ledger.vouchers_left(series_id=series_id, voucher_ids=voucher_ids).values()
    accepted_until = max((each.accepted_until for each in told if each.state is not State.REDEEMED), default=series.accepted_until)
    check_exchange(
        days=days,
        accepted_until=accepted_until,
        blocked=replacement is not None,
        from_exchange=Exchange.objects.filter(hand_over_id=hand_over_id).exists(),
        at=at,
    )
    left = ledger.exchangeable(series_id=series_id, voucher_ids=voucher_ids, at=at)
    if replacement is None:  # what another hand-over's loss blocked is exchanged by that loss
        blocked = {
            each
            for row in Replacement.objects.filter(series_id=series_id, booklet_id=booklet_id)
            for each in ledger.voided_by(series_id=series_id, request_id=row.request_id)
        }
        left = tuple(each for each in left if each not in blocked)
    if not left:
        before = ledger.exchanged_at(series_id=series_id, voucher_ids=voucher_ids)
        raise AlreadyExchanged(exchanged_at=before) if before else NothingToExchange
    return ExchangeOffer(
        programme_id=series.programme_id,
        agreement_id=series.agreement_id,
        series_id=series_id,
        booklet_id=booklet_id,
        serial=ledger.serial_of_booklet(series, booklet_id),
        voucher_ids=left,
        value_cents=series.face_value_cents,
        until=exchanged_until(accepted_until=accepted_until, days=days),
        replacement_id=replacement.id if replacement else None,
    )
