"""Whose figures one may read: the only way from an agreement's number to its figures.

Whoever may read an agreement reads the whole of it in counts and cents; a funder's own part, only that funder and those who run or audit it.
"""

from datetime import datetime

from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts
from carnet.funding.rules import AgreementUnknown
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.settlement import access as settlement


def seen_agreement(actor: Actor, agreement_id: int, *, funder_id: int | None = None, at: datetime) -> AgreementFacts:
    """The agreement, if the actor may read its figures, and those of `funder_id` when one is asked. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "observatory.see")
    found = funding.agreement(actor, agreement_id, at=at)
    check_reads_funder(actor, funder_id, agreement_id=agreement_id)
    return found


def check_reads_funder(actor: Actor, funder_id: int | None, *, agreement_id: int = 0) -> None:
    """Nobody's part, one's own, or anybody's for those who run or audit. Raises: AgreementUnknown, as if there were none."""
    if funder_id is not None and not settlement.may_read_funder(actor, funder_id):
        raise AgreementUnknown(agreement=agreement_id)


def reads_every_funder(actor: Actor) -> bool:
    """Whether the actor reads every funder's part: those who run or audit the programme."""
    return settlement.may_read_funder(actor, 0)
