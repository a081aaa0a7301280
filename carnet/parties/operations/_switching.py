"""Whoever belongs to several organisations says for which one they act now; each change is written."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.queries import organisations_of
from carnet.parties.rules import NoMembership, person_of


@transaction.atomic
def switch_organisation(*, organisation_id: int, from_id: int | None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Note that a person acts from now on for another of their organisations. Choosing the same again writes nothing.

    Raises: PersonNeeded, NoMembership (not one of theirs, or suspended there).
    """
    person_id = person_of(actor, "account.manage")
    mine = {each.id for each in organisations_of(person_id=person_id, at=at) if not each.is_suspended}
    if organisation_id not in mine:
        raise NoMembership
    if organisation_id == from_id:
        return
    with access.recognised(person_id):
        journal.record(
            actor=actor, action="parties.organisation-switched", subject=("organisation", organisation_id), facts={"from": from_id},
            organisation_id=organisation_id, request_id=request_id, at=at,
        )  # fmt: skip
