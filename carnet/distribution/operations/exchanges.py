"""Vouchers that ended in somebody's hands, exchanged at the desk that gave them for as many of the same agreement. Nobody is named."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access
from carnet.distribution.models import Exchange, ExchangeTerms
from carnet.distribution.operations._handing import HandedOver, hand_over
from carnet.distribution.operations._notes import by, note
from carnet.distribution.queries.exchanges import ExchangeOffer, exchange_offer
from carnet.distribution.rules import HandOverItem, ReplacementGiven, check_owed
from carnet.distribution.rules.exchanges import ExchangeOtherAgreement, ExchangeOtherValue, check_exchange_days
from carnet.funding import access as funding_access
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import State
from carnet.parties.rules import check_may


@transaction.atomic
def decide_exchanges(*, programme_id: int, days: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say for how many days after their end a programme's vouchers are exchanged; 0 is never. It costs a person nothing.

    Raises: NotAllowed, ProgrammeUnknown, ExchangeDaysWrong.
    """
    check_may(actor, "distribution.set-exchanges")
    programme = funding_access.operated_programme(actor, programme_id, lock=True)
    if ExchangeTerms.objects.filter(request_id=request_id).exists():
        return
    row = ExchangeTerms.objects.create(
        programme_id=programme_id, days=check_exchange_days(days), decided_at=at, decided_by_id=actor.person_id, request_id=request_id
    )
    facts = {"days": days}
    note("exchanges-decided", ("exchange-terms", row.id), programme_id, programme.operator_id, facts, actor, request_id, at)


@transaction.atomic
def exchange(
    *, number: str, booklet_id: int, organisation_id: int | None = None, actor: Actor, request_id: UUID, at: datetime
) -> HandedOver:
    """Exchange what is left of an old booklet for as many vouchers of a booklet of the desk's stock, of the same agreement; once, for nothing.

    The old vouchers are marked in the ledger for ever, and their money becomes free for others of their agreement. `number` is the old
    booklet's or voucher's, or that of a loss declared.
    Raises: NotAllowed, NotYourDesk, ValueReturned, BookletUnknown, ExchangeOtherAgreement, ExchangeOtherValue, ReplacementTooSmall, and as
    `exchange_offer` and `hand_over_many`.
    Repeat: the same request_id returns the first hand-over.
    """
    check_may(actor, "distribution.exchange")
    desk_id = access.desk(actor, organisation_id)
    before = Exchange.objects.select_related("hand_over").filter(request_id=request_id, organisation_id=desk_id).first()
    if before is not None:
        given = before.hand_over
        return HandedOver(given.id, given.request_id, given.voucher_count, given.printed_until)
    offer = exchange_offer(number=number, organisation_id=desk_id, at=at)
    item = _item(offer, booklet_id, uuid5(request_id, "exchange"))
    # The desk is checked; the money is its programme's, and only the ledger's own operation touches it.
    with acting_as(actor, programme_ids=[offer.programme_id]):
        cents = ledger_writes.exchange_vouchers(
            series_id=offer.series_id, voucher_ids=offer.voucher_ids, holder_id=desk_id, actor=actor, request_id=request_id, at=at
        )
    done = hand_over(item=item, organisation_id=desk_id, actor=actor, at=at)
    if offer.replacement_id is not None:
        _settle_loss(offer.replacement_id, done.id, at)
    row = Exchange.objects.create(
        programme_id=offer.programme_id, organisation_id=desk_id, series_id=offer.series_id, booklet_id=offer.booklet_id,
        replacement_id=offer.replacement_id, voucher_count=len(offer.voucher_ids), cents=cents, hand_over_id=done.id, exchanged_at=at,
        exchanged_by_id=by(actor), request_id=request_id,
    )  # fmt: skip
    facts = {"booklet": offer.booklet_id, "vouchers": len(offer.voucher_ids), "cents": cents, "hand_over": done.id}
    note("vouchers-exchanged", ("exchange", row.id), offer.programme_id, desk_id, facts, actor, request_id, at)
    return done


def _settle_loss(replacement_id: int, hand_over_id: int, at: datetime) -> None:
    row = access.replacement(replacement_id, lock=True)
    if row.given_at is not None:
        raise ReplacementGiven(given_at=row.given_at)
    row.given_hand_over_id, row.given_at = hand_over_id, at
    row.save(update_fields=["given_hand_over", "given_at"])


def _item(offer: ExchangeOffer, booklet_id: int, request_id: UUID) -> HandOverItem:
    owed = len(offer.voucher_ids)
    here = [each for each in ledger.vouchers_of_booklet(booklet_id) if each.state is State.IN_STOCK]
    check_owed(left=len(here), owed=owed)
    series = ledger.series(here[0].series_id)
    if series.agreement_id != offer.agreement_id:
        raise ExchangeOtherAgreement
    if series.face_value_cents != offer.value_cents:
        raise ExchangeOtherValue
    if len(here) == owed:
        return HandOverItem(request_id, series.id, booklet_id, booklet_id)
    return HandOverItem(request_id, series.id, voucher_ids=tuple(each.id for each in here[:owed]))
