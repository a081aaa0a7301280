"""Vouchers that ended in somebody's hands, exchanged for others: their value becomes free again, once, for their own agreement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from carnet.kernel.actors import Actor
from carnet.ledger import access, queries
from carnet.ledger.models import Movement, Passage, Series, SharePattern, Voucher
from carnet.ledger.operations._lives import void_vouchers
from carnet.ledger.operations._money import _lock_agreement, _move
from carnet.ledger.rules import AlreadyExchanged, MovementKind, NothingToExchange, PassageKind, State, ValueReturned


@transaction.atomic
def exchange_vouchers(*, series_id: int, voucher_ids: Sequence[int], holder_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Mark vouchers as exchanged for ever and free their value for other vouchers of their agreement; return the cents freed.

    Each must have ended in somebody's hands: handed over, then past its end, lapsed or blocked. Their money must still be in circulation: the same lock
    as a return to the funders is taken before the check, so that it is one or the other. Each funder's held share moves with it.
    `holder_id` is the desk that exchanges.
    Raises: SeriesUnknown, NothingToExchange, AlreadyExchanged, ValueReturned.
    Repeat: the same request_id returns the same cents.
    """
    series = access.series(series_id)
    _lock_agreement(series.agreement_id)
    wanted = sorted(set(voucher_ids))
    moved = Movement.objects.filter(series_id=series_id, request_id=request_id, kind=MovementKind.EXCHANGE).aggregate(cents=Sum("cents"))
    if moved["cents"]:
        return int(moved["cents"])
    if not wanted or len(queries.exchangeable(series_id=series_id, voucher_ids=wanted, at=at)) != len(wanted):
        _refuse(series_id, wanted)
    _end_for_good(series, wanted, holder_id, actor=actor, request_id=request_id, at=at)
    shares = _held_shares(series_id, wanted)
    _check_money_there(series, shares)
    for voucher_id in wanted:
        Passage.objects.create(
            kind=PassageKind.EXCHANGED,
            series_id=series_id,
            programme_id=series.programme_id,
            first_voucher_id=voucher_id,
            last_voucher_id=voucher_id,
            from_holder_id=holder_id,
            actor_person_id=actor.person_id,
            request_id=request_id,
            at=at,
        )
    for funder_id, cents in shares.items():
        _move(
            MovementKind.EXCHANGE,
            programme_id=series.programme_id,
            agreement_id=series.agreement_id,
            series_id=series_id,
            funder_id=funder_id,
            cents=cents,
            request_id=request_id,
            at=at,
        )
    return sum(shares.values())


def _end_for_good(series: Series, voucher_ids: Sequence[int], holder_id: int, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Those that ended by their own date while their series still runs are voided: no later date brings them back."""
    left = queries.vouchers_left(series_id=series.id, voucher_ids=voucher_ids)
    alive = [each for each in voucher_ids if left[each].state is State.HANDED_OVER]
    if alive:
        void_vouchers(
            series_id=series.id, voucher_ids=alive, reason=PassageKind.EXCHANGED.value, holder_id=holder_id, actor=actor,
            request_id=request_id, at=at,
        )  # fmt: skip


def _refuse(series_id: int, wanted: Sequence[int]) -> None:
    before = Passage.objects.filter(series_id=series_id, kind=PassageKind.EXCHANGED, first_voucher_id__in=wanted).order_by("at").first()
    if before is not None:
        raise AlreadyExchanged(exchanged_at=before.at)
    raise NothingToExchange


def _held_shares(series_id: int, voucher_ids: Sequence[int]) -> dict[int, int]:
    """What each funder holds of these vouchers. Unit: whole cents; none with nothing."""
    patterns = {row.number: row for row in SharePattern.objects.filter(series_id=series_id)}
    shares: dict[int, int] = {}
    for number in Voucher.objects.filter(series_id=series_id, id__in=voucher_ids).values_list("pattern", flat=True):
        for funder_id, cents in zip(patterns[number].funder_ids, patterns[number].held_cents, strict=True):
            shares[funder_id] = shares.get(funder_id, 0) + cents
    return {funder_id: cents for funder_id, cents in sorted(shares.items()) if cents}


def _check_money_there(series: Series, shares: dict[int, int]) -> None:
    """The return to the funders took all that lapsed: after it nothing may be exchanged, whatever came back since."""
    returned = Movement.objects.filter(series_id=series.id, kind=MovementKind.RETURN).order_by("id").first()
    if returned is not None:
        raise ValueReturned(returned_at=returned.at)
    held = queries.money(series_id=series.id).by_funder
    assert all(held[funder_id].in_circulation >= cents for funder_id, cents in shares.items()), "unspent vouchers without their money"
