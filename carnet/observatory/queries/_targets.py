"""The pledge to a public, followed live from the desks' ticks: counts only, small ones hidden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from carnet.distribution import queries as distribution
from carnet.distribution.queries import PublicOfDesk
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import Standing
from carnet.ledger.rules import State
from carnet.observatory import access
from carnet.observatory.rules import DeskHelp, DeskSoFar, PublicProgress, desks_that_help, is_small
from carnet.parties import queries as parties


@dataclass(frozen=True, slots=True)
class PublicPledge:
    """An agreement's pledge as it stands, and the desks that can help, by name. `hand_over_until` is exclusive."""

    progress: PublicProgress
    hand_over_until: datetime
    is_ended: bool
    desks: tuple[tuple[str, DeskHelp], ...]


def public_pledge(*, actor: Actor, agreement_id: int, at: datetime) -> PublicPledge | None:
    """How far an agreement is from the part of vouchers it pledged to a public; None when it pledged none.

    Raises: NotAllowed, AgreementUnknown.
    """
    agreement = access.seen_agreement(actor, agreement_id, at=at)
    targets = funding.public_targets([agreement_id])
    if agreement_id not in targets:
        return None
    programme = funding.programme(agreement.programme_id)
    stands = ledger.standing(agreement_ids=[agreement_id])
    given = distribution.publics_by_desk(agreement_ids=[agreement_id])
    until = programme.windows.hand_over_until
    is_ended = agreement.closed_at is not None or at >= until
    left = {} if is_ended else _left(stands, agreement_id)
    helps = desks_that_help(_so_far(given, {key: count for key, count in left.items() if key != programme.operator_id}))
    names = {key: card.name for key, card in parties.organisations(each.organisation_id for each in helps).items()}
    return PublicPledge(
        progress_of(targets[agreement_id], given, sum(left.values())),
        until,
        is_ended,
        tuple((names.get(each.organisation_id, ""), each) for each in helps),
    )


def progress_of(target: int, given: Iterable[PublicOfDesk], left_count: int) -> PublicProgress:
    """One agreement's pledge, from what its desks gave."""
    told = list(given)
    return PublicProgress(
        target_basis_points=target,
        handed_count=sum(each.voucher_count for each in told),
        yes_count=sum(each.yes_count for each in told),
        no_count=sum(each.no_count for each in told),
        left_count=left_count,
        is_small=is_small(sum(each.people_count for each in told), sum(each.yes_people_count for each in told)),
    )


def left_to_hand_over(stands: Standing, agreement_id: int) -> int:
    """How many active vouchers of an agreement are in stock, wherever they are."""
    return sum(_left(stands, agreement_id).values())


def _left(stands: Standing, agreement_id: int) -> dict[int, int]:
    left: dict[int, int] = {}
    for each in stands.positions:
        if each.agreement_id == agreement_id and each.is_active and each.state is State.IN_STOCK:
            left[each.holder_id] = left.get(each.holder_id, 0) + each.count
    return left


def _so_far(given: Iterable[PublicOfDesk], left: Mapping[int, int]) -> list[DeskSoFar]:
    by_desk = {each.organisation_id: each for each in given}
    empty = PublicOfDesk(0, 0, 0, 0, 0, 0, 0)
    return [
        DeskSoFar(desk_id, left.get(desk_id, 0), told.voucher_count, told.yes_count, told.people_count, told.yes_people_count)
        for desk_id in sorted({*by_desk, *left})
        for told in [by_desk.get(desk_id, empty)]
    ]
