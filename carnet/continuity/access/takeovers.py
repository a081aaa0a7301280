"""Who may see a takeover, a receipt that was brought, a claim on paper: the only way from a number to a row."""

from django.db.models import QuerySet

from carnet.continuity.models import BroughtReceipt, PaperClaim, Takeover
from carnet.continuity.rules.papers import PaperClaimUnknown
from carnet.continuity.rules.takeovers import TakeoverState, TakeoverUnknown
from carnet.funding import access as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.actors import Actor


def seen_takeovers(actor: Actor) -> QuerySet[Takeover]:
    """The finished takeovers of the programmes the actor operates or audits, the latest first."""
    return Takeover.objects.filter(programme_id__in=actor.programme_ids, state=TakeoverState.DONE).order_by("-taken_at", "-id")


def seen_takeover(actor: Actor, takeover_id: int) -> Takeover:
    """Raises: TakeoverUnknown."""
    found = seen_takeovers(actor).filter(id=takeover_id).first()
    if found is None:
        raise TakeoverUnknown(takeover=takeover_id)
    return found


def finished_takeover(programme_id: int) -> Takeover | None:
    """The takeover by which a programme came here, among the rows announced; None if it was born here."""
    return Takeover.objects.filter(programme_id=programme_id, state=TakeoverState.DONE).first()


def operated_receipt(actor: Actor, receipt_id: int, *, lock: bool = False) -> BroughtReceipt:
    """A receipt brought in a programme the actor's organisation operates. Raises: TakeoverUnknown."""
    rows = BroughtReceipt.objects.select_for_update(of=("self",)) if lock else BroughtReceipt.objects
    found = rows.filter(id=receipt_id).first()
    if found is None or not _operates(actor, found.programme_id):
        raise TakeoverUnknown(receipt=receipt_id)
    return found


def operated_claim(actor: Actor, claim_id: int, *, lock: bool = False) -> PaperClaim:
    """A claim on paper in a programme the actor's organisation operates. Raises: PaperClaimUnknown."""
    rows = PaperClaim.objects.select_for_update(of=("self",)) if lock else PaperClaim.objects
    found = rows.filter(id=claim_id).first()
    if found is None or not _operates(actor, found.programme_id):
        raise PaperClaimUnknown(claim=claim_id)
    return found


def seen_claim(actor: Actor, claim_id: int) -> PaperClaim:
    """A claim on paper in a programme the actor operates or audits. Raises: PaperClaimUnknown."""
    found = PaperClaim.objects.filter(id=claim_id, programme_id__in=actor.programme_ids).first()
    if found is None:
        raise PaperClaimUnknown(claim=claim_id)
    return found


def _operates(actor: Actor, programme_id: int) -> bool:
    try:
        funding.operated_programme(actor, programme_id)
    except ProgrammeUnknown:
        return False
    return True
