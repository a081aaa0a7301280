"""Whether a voucher may be redeemed, undone, or tried again; and each refusal."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import ClassVar

from carnet.kernel.refusals import Refusal
from carnet.ledger.rules import Mark

BATCH_SIZE_MAX = 500
REASON_LENGTH_MAX = 200
# A lesson older than this is a dispute, not a redemption.
ATTENDED_DAYS_MAX = 366


class RedemptionRefused(Refusal):
    """Base of the refusals of a redemption."""

    code: ClassVar[str] = "redemption-refused"


class VoucherUnknown(RedemptionRefused):
    """No such code, or one of a programme this place has no part in: the same words for both."""

    code = "voucher-unknown"


class VoucherAlreadyRedeemed(RedemptionRefused):
    """Spent already. `redeemed_at` says when; `place_id` where, only if it was at the same organisation's."""

    code = "voucher-already-redeemed"


class VoucherLapsed(RedemptionRefused):
    """The end of acceptance, grace included, has passed."""

    code = "voucher-lapsed"


class VoucherNotActive(RedemptionRefused):
    """Not activated, not handed over, or ended (lost, stolen, recalled)."""

    code = "voucher-not-active"


class VoucherReserved(RedemptionRefused):
    """Held for a lesson at another place, until `reserved_until`."""

    code = "voucher-reserved"


class PlaceNotAccepted(RedemptionRefused):
    """The place has ended, is not this organisation's, or accepts no programme's vouchers today."""

    code = "place-not-accepted"


class ServiceNotAccepted(RedemptionRefused):
    """The service is not one this place is paid for under this programme."""

    code = "service-not-accepted"


class VoucherCountWrong(RedemptionRefused):
    """The service costs another number of vouchers: all are given together or none is taken. Facts: needed, given."""

    code = "voucher-count-wrong"


class PlaceRequired(RedemptionRefused):
    """The organisation runs several places (or none): the request must name one."""

    code = "place-required"


class TooManyAttempts(RedemptionRefused):
    """Too many unknown or mistyped codes lately. Facts: dimension, the one whose allowance is used up (see ``DIMENSION_FACTORS``)."""

    code = "too-many-attempts"


class HeldBack(RedemptionRefused):
    """Good by itself, but sent with others that are not, or twice in one call."""

    code = "held-back"


class AttendedInvalid(RedemptionRefused):
    """A lesson in the future, or more than a year ago."""

    code = "attended-invalid"


class BatchTooLarge(RedemptionRefused):
    """More items than one call may carry."""

    code = "batch-too-large"


class RedemptionUnknown(RedemptionRefused):
    """No such redemption, or another organisation's."""

    code = "redemption-unknown"


class AlreadyReversed(RedemptionRefused):
    """Undone already."""

    code = "already-reversed"


class UndoWindowClosed(RedemptionRefused):
    """The programme's undo window has passed; from then on it is a dispute."""

    code = "undo-window-closed"


class ReasonMissing(RedemptionRefused):
    """An undoing needs a reason, of at most REASON_LENGTH_MAX characters."""

    code = "reason-missing"


REFUSALS: dict[str, type[RedemptionRefused]] = {
    refusal.code: refusal
    for refusal in (
        VoucherUnknown,
        VoucherAlreadyRedeemed,
        VoucherLapsed,
        VoucherNotActive,
        VoucherReserved,
        PlaceNotAccepted,
        ServiceNotAccepted,
        VoucherCountWrong,
        TooManyAttempts,
        HeldBack,
        RedemptionUnknown,
        AlreadyReversed,
        UndoWindowClosed,
    )
}


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """What the decision looks at: the voucher, its booklet, its series, and what the place accepts."""

    mark: int
    reserved_by_id: int | None
    reserved_until: datetime | None
    accepted_until: datetime
    booklet_handed_over_at: datetime | None
    booklet_voided_at: datetime | None
    activated_at: datetime | None
    lapsed_at: datetime | None
    service_codes: frozenset[str]
    voucher_count: int = 1  # what the service asked costs under this programme


def decide(
    *, place_open: bool, facts: VoucherFacts | None, place_id: int, service: str | None, given: int | None = None, at: datetime
) -> str:
    """The outcome of trying a voucher at a place: 'redeemable', or the code of the refusal.

    `facts` is None for a code that is unknown or of a programme the place has no part in; `given`: how
    many vouchers are given for the service (one, when none is named), None when that is not asked. The
    database says the same in ``redemption_evaluate``; a Hypothesis test holds both equal.
    """
    if not place_open:
        return PlaceNotAccepted.code
    if facts is None:
        return VoucherUnknown.code
    if facts.mark == Mark.REDEEMED:
        return VoucherAlreadyRedeemed.code
    if facts.mark == Mark.VOID or facts.booklet_voided_at is not None:
        return VoucherNotActive.code
    if facts.lapsed_at is not None or at >= facts.accepted_until:
        return VoucherLapsed.code
    handed_over = facts.mark == Mark.HANDED_OVER or facts.booklet_handed_over_at is not None
    if facts.activated_at is None or facts.activated_at > at or not handed_over:
        return VoucherNotActive.code
    if facts.reserved_until is not None and facts.reserved_until > at and facts.reserved_by_id != place_id:
        return VoucherReserved.code
    if service is not None and service not in facts.service_codes:
        return ServiceNotAccepted.code
    if given is not None and given != (1 if service is None else facts.voucher_count):
        return VoucherCountWrong.code
    return "redeemable"


def check_attended(attended_on: date | None, *, today: date) -> date:
    """The day of the lesson; today when it is not said. Raises: AttendedInvalid."""
    if attended_on is None:
        return today
    if not timedelta(0) <= today - attended_on <= timedelta(days=ATTENDED_DAYS_MAX):
        raise AttendedInvalid(attended_on=attended_on, today=today, days_max=ATTENDED_DAYS_MAX)
    return attended_on


def check_reason(reason: str) -> str:
    """The reason of an undoing, stripped. Raises: ReasonMissing."""
    stripped = reason.strip()
    if not 0 < len(stripped) <= REASON_LENGTH_MAX:
        raise ReasonMissing(length_max=REASON_LENGTH_MAX)
    return stripped


def redemption_number(*, series_id: int, voucher_id: int, generation: int) -> str:
    """The public number of a redemption. It gives no right."""
    return f"{series_id}-{voucher_id}-{generation}"


def parse_redemption_number(number: str) -> tuple[int, int, int]:
    """Series, voucher and generation of a public number. Raises: RedemptionUnknown."""
    parts = number.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        raise RedemptionUnknown(number=number[:80])
    series_id, voucher_id, generation = (int(part) for part in parts)
    if generation > 32_767:
        raise RedemptionUnknown(number=number[:80])
    return series_id, voucher_id, generation


def in_services(asked: Sequence[tuple[Hashable, int]]) -> list[int | None]:
    """Which vouchers of a list go together for one service: for each, the number of its group, or None when it goes alone.

    `asked`: for each voucher, in order, what must be the same within one service (who, where, which, when), and how many vouchers that
    service costs. They are taken in order; the last of a kind may be too few, and is refused as such.
    """
    groups: list[int | None] = [None] * len(asked)
    ranks: dict[Hashable, Iterator[int]] = {}
    kinds = dict(asked)
    for kind, cost in kinds.items():
        if cost > 1:
            ranks[kind] = iter([rank for rank, (each, _cost) in enumerate(asked) if each == kind])
    number = 0
    for kind, found in ranks.items():
        while together := list(islice(found, kinds[kind])):
            for rank in together:
                groups[rank] = number
            number += 1
    return groups
