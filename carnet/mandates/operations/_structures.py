"""Structures admitted, restricted, closed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.mandates.models import Structure
from carnet.mandates.operations._ending import end_live
from carnet.mandates.operations._notes import note
from carnet.mandates.rules import EndReason, Family, StructureAdmitted, StructureUnknown, checked_families


@transaction.atomic
def admit_structure(
    *,
    organisation_id: int,
    programme_id: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    families: Collection[str] = tuple(Family),
) -> int:
    """Let an organisation sign mandates, for every family unless fewer are said. Called by what accepts a habilitation, which checks who may.

    Returns the organisation's id.
    Raises: StructureAdmitted, FamiliesMissing, FamilyNotAllowed. Repeat: the same request_id answers the same.
    """
    first = Structure.objects.filter(organisation_id=organisation_id).first()
    if first is not None:
        if first.request_id == request_id:
            return organisation_id
        if first.ended_at is None or first.programme_id != programme_id:
            raise StructureAdmitted
    opened = [each.value for each in checked_families(families, allowed=[each.value for each in Family])]
    # One that had stopped begins again: its people and their past stay its own.
    Structure.objects.update_or_create(
        organisation_id=organisation_id,
        defaults={
            "programme_id": programme_id, "families": opened, "admitted_at": at,
            "admitted_by_id": actor.person_id, "ended_at": None, "request_id": request_id,
        },
    )  # fmt: skip
    facts = {"families": len(opened)}
    note("structure-admitted", ("structure", organisation_id), organisation_id, facts, actor=actor, request_id=request_id, at=at,
         programme_id=programme_id)  # fmt: skip
    return organisation_id


@transaction.atomic
def restrict_families(
    *, organisation_id: int, families: Collection[str], actor: Actor, request_id: UUID, at: datetime
) -> tuple[Family, ...]:
    """Choose the families a structure does from now on. What was signed stays in force. The caller checks who may. Lock: the structure.

    Raises: StructureUnknown, FamiliesMissing, FamilyNotAllowed. Repeat: choosing the same again changes nothing.
    """
    row = _locked(organisation_id)
    chosen = checked_families(families, allowed=[each.value for each in Family])
    if row.families != [each.value for each in chosen]:
        row.families = [each.value for each in chosen]
        row.save(update_fields=["families"])
        note("families-restricted", ("structure", organisation_id), organisation_id, {"families": row.families}, actor=actor,
             request_id=request_id, at=at, programme_id=row.programme_id)  # fmt: skip
    return chosen


@transaction.atomic
def close_structure(*, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Stop a structure: it signs nothing more, and every authorisation given to it ends. Returns how many ended.

    Call it as the structure. The caller checks who may. Locks: the structure, its people, its authorisations.
    Raises: StructureUnknown. Repeat: a closed structure ends nothing more.
    """
    row = _locked(organisation_id)
    if row.ended_at is not None:
        return 0
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    ended = end_live({"organisation_id": organisation_id}, EndReason.STRUCTURE, by_id=actor.person_id, at=at)
    note("structure-closed", ("structure", organisation_id), organisation_id, {"authorisations": len(ended)}, actor=actor,
         request_id=request_id, at=at, programme_id=row.programme_id)  # fmt: skip
    return len(ended)


def _locked(organisation_id: int) -> Structure:
    found = Structure.objects.select_for_update(of=("self",), no_key=True).filter(organisation_id=organisation_id).first()
    if found is None:
        raise StructureUnknown
    return found
