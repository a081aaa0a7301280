"""What a decision taken does: an organisation admitted with its points and its stock lead invited; a desk suspended, reinstated, ended.

Two people have decided: their consequences are carried out by the programme itself, in the decision's own transaction.
"""

from datetime import datetime
from uuid import UUID, uuid5

from carnet.distribution import access
from carnet.distribution.models import DeskDecision, DeskFile, ProgrammePrescriber
from carnet.distribution.operations._joining import _leaving
from carnet.distribution.operations._notes import tell as tell_organisation
from carnet.distribution.operations._points import write_point
from carnet.distribution.operations._taking_part import join_programme
from carnet.distribution.queries._joining._files import problems_of, taken_numbers
from carnet.distribution.queries._joining._sealed import answers_of, email_of, normal_number, rows_of
from carnet.distribution.rules.joining import (
    Answers,
    DecisionKind,
    DeskDecisionNotNow,
    DeskFileIncomplete,
    FileState,
    ImportState,
    SuspendedFor,
    point_said,
    problems,
    typed_points,
)
from carnet.distribution.rules.points import checked_point
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.places import queries as places


def carry_out(row: DeskDecision, actor: Actor, at: datetime) -> None:
    """Give a decision its effect. Raises: DeskDecisionNotNow, DeskFileIncomplete, OrganisationEnded, and as `checked_point`."""
    kind = DecisionKind(row.kind)
    if row.file is not None:
        _answer_application(row, row.file, kind, actor, at)
    elif row.desk_import is not None:
        _take_import(row, at)
    else:
        part = access.part(actor, programme_id=row.programme_id, organisation_id=row.organisation_id or 0, at=at, lock=True)
        _change_desk(row, part, kind, actor, at)


def tell(row: DeskDecision, at: datetime) -> None:
    """Write in plain words to whoever the decision is about. Those a file brings in have their invitation."""
    context = {"programme": row.programme.name, "kind": row.kind, "reason": row.reason}
    if row.file is not None and (address := email_of(row.file)):
        notices.post(kind="distribution.desk-decided", to_email=address, context=context | {"name": row.file.name}, at=at)
    elif row.organisation_id is not None:
        name = parties.organisation_name(row.organisation_id)
        tell_organisation("distribution.desk-decided", row.organisation_id, row.programme_id, context | {"name": name}, at)


def _answer_application(row: DeskDecision, file: DeskFile, kind: DecisionKind, actor: Actor, at: datetime) -> None:
    state = {DecisionKind.COMPLETE: FileState.COMPLETION, DecisionKind.REFUSE: FileState.REFUSED}.get(kind, FileState.ADMITTED)
    if state is FileState.ADMITTED:
        answers = answers_of(file)
        # The world may have changed since it was sent.
        if left := problems_of(file, answers, at=at):
            raise DeskFileIncomplete(count=len(left))
        file.organisation_id = admit(answers, row, row.request_id, at)
    file.state, file.changed_at = state.value, at
    file.save(update_fields=["state", "changed_at", "organisation"])


def _take_import(row: DeskDecision, at: datetime) -> None:
    """Every desk of a file, or none. One that became a desk meanwhile is left as it is."""
    found = row.desk_import
    assert found is not None
    if found.state != ImportState.PREPARED:
        raise DeskDecisionNotNow(kind=row.kind, state=found.state)
    desks = rows_of(found)
    taken = taken_numbers(row.programme_id, [normal_number(answers) for answers in desks], at=at)
    for rank, answers in enumerate(desks):
        if normal_number(answers) not in taken:
            admit(answers, row, uuid5(row.request_id, f"desk {rank}"), at)
    found.state, found.sealed_rows, found.erased_at = ImportState.TAKEN.value, None, at
    found.save(update_fields=["state", "sealed_rows", "erased_at"])


def admit(answers: Answers, row: DeskDecision, request_id: UUID, at: datetime) -> int:
    """Make an organisation a desk: registered if nobody knew it, taking part, its points open, its stock lead invited. Returns its id."""
    programme, who, people = row.programme, answers["who"], answers["people"]
    if left := problems(answers, places.gazetteer()):
        raise DeskFileIncomplete(count=len(left))
    system = Actor.system(f"desk decision {row.id}", programme_ids={programme.id}, organisation_ids={programme.operator_id})
    organisation_id = parties_writes.enlist_organisation(
        number=normal_number(answers),
        kind=OrganisationKind.PRESCRIBER,
        name=who["name"],
        is_simulated=programme.is_simulated,
        contact_email=people["lead_email"],
        contact_phone=people.get("lead_phone", ""),
        street=who["street"],
        postcode=who["postcode"],
        city=who["city"],
        registered_by=programme.operator_id,
        actor=system,
        request_id=uuid5(request_id, "organisation"),
        at=at,
    )
    join_programme(
        programme_id=programme.id, organisation_id=organisation_id, actor=system, request_id=uuid5(request_id, "part"), at=at
    )  # fmt: skip
    for point in typed_points(answers):
        facts = checked_point(point_said(point), places.gazetteer())
        write_point(programme.id, organisation_id, facts, system, uuid5(request_id, f"point {point['key']}"), at)
    leads, invited = parties.having_role([organisation_id], Role.PRESCRIBER_LEAD, at=at)
    if organisation_id not in leads | invited:
        with acting_as(programme_ids=[programme.id], organisation_ids=[organisation_id, programme.operator_id]):
            parties_writes.invite_member(
                organisation_id=organisation_id, email=people["lead_email"], display_name=people["lead_name"], role=Role.PRESCRIBER_LEAD,
                actor=system, request_id=uuid5(request_id, "lead"), at=at,
            )  # fmt: skip
    return organisation_id


def _change_desk(row: DeskDecision, part: ProgrammePrescriber, kind: DecisionKind, actor: Actor, at: datetime) -> None:
    if kind is DecisionKind.SUSPEND:
        part.suspended_at, part.suspended_for = at, SuspendedFor.DECISION.value
    elif kind is DecisionKind.REINSTATE:
        part.suspended_at, part.suspended_for = None, ""
    else:
        _leaving.begin(part, actor, row.request_id, at)
    part.save(update_fields=["suspended_at", "suspended_for", "leaving_at"])
