"""Who reads figures, a forecast or a monthly statement: whoever reads the agreement; a funder, its own part only.

Whoever may read an agreement reads the whole of it in counts and cents; a funder's own part, only that funder and those who run or audit it.
"""

from datetime import datetime

from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts
from carnet.funding.rules import AgreementUnknown
from carnet.kernel.actors import Actor
from carnet.observatory.models import MonthlyLetter
from carnet.observatory.rules import LetterUnknown
from carnet.parties.rules import Role, check_may
from carnet.settlement import access as settlement


def funder_of(actor: Actor) -> int | None:
    """The funder whose part alone the actor reads; None: it reads everything of its programmes."""
    if actor.kind == "system" or Role.FUNDER not in actor.roles or actor.roles & (set(Role) - {Role.FUNDER, Role.STATE_OFFICER}):
        return None
    return actor.organisation_id or 0


def seen_letter(actor: Actor, letter_id: int) -> MonthlyLetter:
    """A monthly statement, if it is the actor's own or of a programme it operates or audits. Raises: NotAllowed, LetterUnknown."""
    check_may(actor, "observatory.see")
    row = MonthlyLetter.objects.filter(id=letter_id).first()
    own = funder_of(actor)
    if row is None or (own is not None and row.funder_id != own):
        raise LetterUnknown(letter=letter_id)
    return row


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
