"""Who sees which partner, message and claim; and the two ways in of a message, before anybody is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from carnet.continuity.models import ClearingClaim, ClearingPayment, Partner
from carnet.continuity.rules.clearing.claims import PartnerState
from carnet.continuity.rules.clearing.refusals import ClaimUnknown, ClearingPaymentUnknown, OperatorUnnumbered, PartnerUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.queries import OrganisationCard
from carnet.parties.rules import OrganisationKind


def own_operator(actor: Actor) -> OrganisationCard:
    """The operator an actor works for, which messages name by its SIRET. Raises: OperatorUnnumbered, PartnerUnknown."""
    if actor.organisation_id is None:
        raise PartnerUnknown
    return numbered_operator(actor.organisation_id)


def numbered_operator(organisation_id: int) -> OrganisationCard:
    """An operator with its number. Raises: OperatorUnnumbered, PartnerUnknown."""
    found = parties.organisation(organisation_id)
    if OrganisationKind.OPERATOR not in found.kinds:
        raise PartnerUnknown
    if found.siret is None:
        raise OperatorUnnumbered(organisation=found.name)
    return found


def operator_of_number(siret: str) -> OrganisationCard:
    """The operator of ours with this SIRET. Raises: PartnerUnknown."""
    found = parties.find_organisation(siret=siret)
    if found is None or OrganisationKind.OPERATOR not in found.kinds or found.has_ended:
        raise PartnerUnknown
    return found


def partner(actor: Actor, partner_id: int, *, lock: bool = False) -> Partner:
    """A partner of the actor's own operator. Raises: PartnerUnknown."""
    rows = Partner.objects.select_for_update(of=("self",)) if lock else Partner.objects
    found = rows.filter(id=partner_id).first()
    if found is None or (actor.kind != "system" and found.operator_id != actor.organisation_id):
        raise PartnerUnknown
    return found


def locked_partner(partner_id: int) -> Partner:
    """A partner whose messages are being written, inside its operator's walls: one writer at a time."""
    return Partner.objects.select_for_update(of=("self",)).get(id=partner_id)


def partner_of_message(*, sender: str, recipient: str) -> tuple[int, int]:
    """The ids of the partner that a message says it comes from and of the operator of ours it is for. Believed only once a key has verified it.

    Raises: PartnerUnknown.
    """
    operator = operator_of_number(recipient)
    with acting_as(organisation_ids={operator.id}):
        found = (
            Partner.objects.filter(operator_id=operator.id, siret=sender, state__in=[PartnerState.OPEN, PartnerState.ENDED])
            .order_by("-id")
            .values_list("id", flat=True)
            .first()
        )
    if found is None:
        raise PartnerUnknown
    return found, operator.id


@contextmanager
def every_partner() -> Iterator[None]:
    """Inside, the rows of every operator: for the timer that sends what waits, and for verification."""
    with acting_as_everything(why="messages of every operator wait in one outbox; verification reads them all"):
        yield


def claim(actor: Actor, claim_id: UUID, *, lock: bool = False) -> ClearingClaim:
    """A claim of the actor's place, or of its operator. Raises: ClaimUnknown."""
    # Without its partner: a place does not see that row.
    rows = ClearingClaim.objects.select_for_update(of=("self",)) if lock else ClearingClaim.objects
    found = rows.filter(id=claim_id).first()
    if found is None or (actor.kind != "system" and actor.organisation_id not in (found.organisation_id, found.operator_id)):
        raise ClaimUnknown(claim=str(claim_id))
    return found


def payment(actor: Actor, payment_id: int, *, lock: bool = True) -> ClearingPayment:
    """A payment of the actor's operator. Raises: ClearingPaymentUnknown."""
    rows = ClearingPayment.objects.select_for_update(of=("self",)) if lock else ClearingPayment.objects
    found = rows.filter(id=payment_id).first()
    if found is None or found.operator_id != actor.organisation_id:
        raise ClearingPaymentUnknown
    return found
