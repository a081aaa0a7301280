"""A booklet lost, stolen or damaged by the person who had it: what is left is blocked, and as much given again. Nobody is named.

The blocked vouchers' money stays in circulation until the season lapses, then goes back to the funders with the rest; the vouchers given
instead come from a desk's stock, and are funded like any other.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access, queries
from carnet.distribution.models import HandOver, Replacement
from carnet.distribution.operations._handing import HandedOver, hand_over
from carnet.distribution.operations._notes import by, note
from carnet.distribution.rules import (
    FoundBy,
    HandOverItem,
    HandOverUnknown,
    NothingLeftToReplace,
    NotYourDesk,
    OtherProgramme,
    ReplacementGiven,
    check_loss,
    check_owed,
    check_replaceable,
)
from carnet.funding import access as funding_access
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason, State
from carnet.parties.rules import check_may


@transaction.atomic
def open_replacement(
    *,
    hand_over_id: int,
    booklet_id: int,
    reason: EndReason,
    found_by: FoundBy,
    organisation_id: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Block what is left of one booklet of a hand-over; return the id of the replacement, which owes as many vouchers.

    A desk replaces what it gave, few times; the operator of the programme replaces any, and may name another desk
    (`organisation_id`) to give the other booklet.
    Raises: NotAllowed, HandOverUnknown (also a booklet that is not in it), NotYourDesk, NotALoss, ReplacedBefore, ReplacementOfReplacement,
    TooManyReplacements, NothingLeftToReplace, ProgrammeUnknown.
    """
    check_may(actor, "distribution.replace")
    check_loss(reason)
    repeated = Replacement.objects.filter(request_id=request_id).values_list("id", flat=True).first()
    if repeated is not None:
        return repeated
    row = access.hand_over(hand_over_id)
    by_operator = not access.acts_for(actor, row.organisation_id)
    if by_operator:
        _check_operates(actor, row.programme_id)
    if not row.first_booklet_id <= booklet_id <= row.last_booklet_id:
        raise HandOverUnknown(hand_over=hand_over_id)
    found = queries.replaceable(hand_over_id=hand_over_id, booklet_id=booklet_id)
    done, _allowed = queries.replacements_left(organisation_id=row.organisation_id, at=at)
    given = queries.hand_overs_since(organisation_id=row.organisation_id, at=at)
    check_replaceable(
        replaced_at=found.replaced_at, was_given_for_another=found.was_given_for_another, by_operator=by_operator,
        replaced_count=done, hand_over_count=given,
    )  # fmt: skip
    ended = _block(row, found.voucher_ids, reason, actor=actor, request_id=request_id, at=at)
    desk_id = organisation_id if by_operator and organisation_id is not None else row.organisation_id
    replacement = Replacement.objects.create(
        programme_id=row.programme_id, organisation_id=desk_id, gave_organisation_id=row.organisation_id, hand_over=row,
        series_id=row.series_id, booklet_id=booklet_id, voucher_count=ended, reason=reason, found_by=found_by,
        opened_at=at, opened_by_id=by(actor), request_id=request_id,
    )  # fmt: skip
    facts = {"booklet": booklet_id, "vouchers": ended, "reason": reason.value, "found_by": found_by.value, "by_operator": by_operator}
    note("booklet-blocked", ("replacement", replacement.id), row.programme_id, desk_id, facts, actor, request_id, at)
    return replacement.id


def _check_operates(actor: Actor, programme_id: int) -> None:
    if not access.acts_for(actor, funding.programme(programme_id).operator_id):
        raise NotYourDesk
    funding_access.operated_programme(actor, programme_id)


def _block(row: HandOver, voucher_ids: Sequence[int], reason: EndReason, *, actor: Actor, request_id: UUID, at: datetime) -> int:
    """End the vouchers; how many ended, which may be fewer when one was spent at the same instant."""
    if not voucher_ids:
        raise NothingLeftToReplace
    ended = ledger_writes.void_vouchers(
        series_id=row.series_id, voucher_ids=voucher_ids, reason=reason.value, holder_id=row.organisation_id, actor=actor,
        request_id=request_id, at=at,
    )  # fmt: skip
    if ended == 0:
        raise NothingLeftToReplace
    return ended


@transaction.atomic
def give_replacement(*, replacement_id: int, booklet_id: int, actor: Actor, request_id: UUID, at: datetime) -> HandedOver:
    """Hand the owed vouchers over, from one booklet of the desk's stock: never more than were blocked.

    Raises: NotAllowed, ReplacementUnknown, NotYourDesk, ReplacementGiven, BookletUnknown, OtherProgramme, ReplacementTooSmall, and as
    `hand_over_many`.
    """
    access.check_may_hand_over(actor)
    row = access.replacement(replacement_id, lock=True)
    access.desk(actor, row.organisation_id)
    item_id = uuid5(request_id, "replacement")
    if row.given_at is not None:
        if row.given_hand_over is not None and row.given_hand_over.request_id == item_id:
            given = row.given_hand_over
            return HandedOver(given.id, given.request_id, given.voucher_count, given.printed_until)
        raise ReplacementGiven(given_at=row.given_at)
    item = _item(row, booklet_id, item_id)
    done = hand_over(item=item, organisation_id=row.organisation_id, actor=actor, at=at)
    row.given_hand_over_id, row.given_at = done.id, at
    row.save(update_fields=["given_hand_over", "given_at"])
    facts = {"booklet": booklet_id, "vouchers": done.voucher_count, "hand_over": done.id}
    note("booklet-replaced", ("replacement", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
    return done


def _item(row: Replacement, booklet_id: int, request_id: UUID) -> HandOverItem:
    here = [each for each in ledger.vouchers_of_booklet(booklet_id) if each.state is State.IN_STOCK]
    check_owed(left=len(here), owed=row.voucher_count)
    if here[0].programme_id != row.programme_id:
        raise OtherProgramme
    if len(here) == row.voucher_count:
        return HandOverItem(request_id, here[0].series_id, booklet_id, booklet_id)
    return HandOverItem(request_id, here[0].series_id, voucher_ids=tuple(each.id for each in here[: row.voucher_count]))
