"""The uses of one mandate, as somebody outside can check them; that they were taken away is journalled."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.journal import queries as journal
from carnet.journal.queries import Outsider
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import Structure, Use
from carnet.mandates.operations._notes import note
from carnet.mandates.rules import MandateNumber
from carnet.parties.rules import check_may

USES_MAX = 20_000


@dataclass(frozen=True, slots=True)
class UsesTaken:
    """A mandate's number, the programme that signs, and its uses with what proves them."""

    number: str
    programme_id: int
    organisation_id: int
    proof: Outsider


@transaction.atomic
def take_uses(*, mandate_id: int, actor: Actor, request_id: UUID, at: datetime) -> UsesTaken:
    """Take away the uses of one mandate. Nothing in them is a name: people and helpers are numbers.

    Raises: NotAllowed, MandateUnknown. Repeat: the same uses again, and one line more in the journal.
    """
    check_may(actor, "mandates.export-uses")
    row = access.kept_mandate(actor, mandate_id)
    ids = list(Use.objects.filter(mandate_id=row.id).order_by("id").values_list("id", flat=True)[:USES_MAX])
    proof = journal.for_an_outsider("mandates_use", ids)
    programme_id = Structure.objects.get(organisation_id=row.organisation_id).programme_id
    facts = {"uses": len(ids)}
    note("uses-taken-away", ("mandate", row.id), row.organisation_id, facts, actor=actor, request_id=request_id, at=at)
    return UsesTaken(MandateNumber(row.number).printed(), programme_id, row.organisation_id, proof)
