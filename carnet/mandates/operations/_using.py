"""Something done for a person, under what they authorise: one line that stays."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.mandates import access
from carnet.mandates.models import Authorisation, Use
from carnet.mandates.operations._notes import note
from carnet.mandates.queries.habilitation import check_may_act
from carnet.mandates.rules import (
    SERVICE_MAX,
    AuthorisationOver,
    Family,
    ServiceMissing,
    check_procedure,
)
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Used:
    """One line of the register of uses."""

    id: int
    mandate_id: int
    person_id: int
    family: Family
    procedure: str
    at: datetime


@transaction.atomic
def record_use(
    *, authorisation_id: int, procedure: str, service: str, actor: Actor, request_id: UUID, at: datetime, acr: str = "",
    helper_id: int | None = None,
) -> Used:  # fmt: skip
    """Write that something was done for a person: a named procedure of the family authorised, at that service.

    `acr`: the level of identity given to the service, "" when none was. `helper_id`: who did it, when a program writes it for them.
    Whoever ends the authorisation at that instant waits, or comes first and the use is refused. Lock: the authorisation, shared.
    Raises: NotAllowed, AuthorisationUnknown, AuthorisationOver, ProcedureNotOfFamily, ServiceMissing, NirInText, IbanInText.
    Repeat: the same request_id gives the first line again.
    """
    check_may(actor, "mandates.act")
    check_may_act(actor=actor, at=at)
    row = access.kept_authorisation(actor, authorisation_id, share=True)
    if first := Use.objects.filter(request_id=request_id).first():
        return _used(first, row)
    check_live(row, at)
    check_procedure(Family(row.family), procedure)
    where = check_free_text(" ".join(service.split())[:SERVICE_MAX])
    if not where:
        raise ServiceMissing
    use = Use.objects.create(
        organisation_id=row.organisation_id, authorisation=row, mandate_id=row.mandate_id, person_number=row.person.number,
        helper_id=actor.person_id if actor.person_id is not None else helper_id, family=row.family, procedure=procedure, service=where,
        acr=acr[:40], at=at, request_id=request_id,
    )  # fmt: skip
    facts = {"mandate": row.mandate_id, "family": row.family, "procedure": procedure}
    note("mandate-used", ("use", use.id), row.organisation_id, facts, actor=actor, request_id=request_id, at=at)
    return _used(use, row)


def check_live(row: Authorisation, at: datetime) -> None:
    """Raises: AuthorisationOver."""
    if row.ended_at is not None or not row.starts_at <= at < row.ends_at:
        raise AuthorisationOver


def _used(use: Use, row: Authorisation) -> Used:
    return Used(use.id, use.mandate_id, row.person_id, Family(use.family), use.procedure, use.at)
