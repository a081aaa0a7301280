"""Who may reach a case: whoever runs or audits the programme, and the place it is about."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from carnet.controls.access._programmes import is_operated, is_seen
from carnet.controls.models import Case
from carnet.controls.rules.cases import CaseUnknown
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may

SEE, SEE_OWN = "controls.see", "controls.see-own"


def lock_payments(programme_id: int) -> None:
    """Take the lock under which a programme's payments move one step at a time, settlement's own: what is held changes between two of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('settlement.programme', %s))", [programme_id])


def operated_case(actor: Actor, case_id: int) -> Case:
    """The case, its programme's payments locked, if the actor works for the operator. Raises: CaseUnknown."""
    found = Case.objects.filter(id=case_id).first()
    if found is None or not is_operated(actor, found.programme_id):
        raise CaseUnknown
    return locked(found)


def own_case(actor: Actor, case_id: int) -> Case:
    """The case, locked, if it is about a place of the actor's organisation. Raises: CaseUnknown."""
    return locked(seen_own_case(actor, case_id))


def seen_own_case(actor: Actor, case_id: int) -> Case:
    """The case, if it is about a place of the actor's organisation. Raises: CaseUnknown."""
    found = Case.objects.filter(id=case_id, organisation_id=actor.organisation_id or 0).first()
    if found is None or actor.place_id not in (None, found.place_id):
        raise CaseUnknown
    return found


def seen_case(actor: Actor, case_id: int) -> Case:
    """A case of a programme the actor runs or audits. Raises: NotAllowed, CaseUnknown."""
    check_may(actor, SEE)
    found = Case.objects.filter(id=case_id).first()
    if found is None or not (actor.kind == "system" or is_seen(actor, found.programme_id)):
        raise CaseUnknown
    return found


def seen_cases(actor: Actor, programme_ids: Collection[int]) -> QuerySet[Case]:
    """The cases of those of these programmes that the actor runs or audits. Raises: NotAllowed."""
    check_may(actor, SEE)
    seen = [each for each in programme_ids if actor.kind == "system" or is_seen(actor, each)]
    return Case.objects.filter(programme_id__in=seen)


def locked(found: Case) -> Case:
    """The same, its programme's payments locked first, then its row: the one order of this room."""
    lock_payments(found.programme_id)
    return Case.objects.select_for_update(of=("self",)).get(id=found.id)
