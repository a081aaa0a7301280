"""What a decision taken does: an organisation admitted with its lead invited and its helpers to train; a structure suspended, reinstated, ended.

Two people have decided: the consequences are carried out by the programme itself, in the decision's own transaction.
"""

from datetime import datetime
from uuid import UUID, uuid5

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.mandates.models import StructureDecision, StructureFile
from carnet.mandates.operations._structures import admit_structure, close_structure
from carnet.mandates.operations.habilitation._helpers import put_forward
from carnet.mandates.queries.habilitation._files import problems_of
from carnet.mandates.queries.habilitation._sealed import answers_of, email_of, normal_siret
from carnet.mandates.rules.habilitation import (
    STATE_AFTER,
    STATE_UPHELD,
    Answers,
    DecisionKind,
    FileState,
    RequestNumber,
    StructureFileIncomplete,
    helpers_said,
)
from carnet.notices import operations as notices
from carnet.parties import operations as parties_writes
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, Role


def carry_out(file: StructureFile, row: StructureDecision, contested: StructureDecision | None, actor: Actor, at: datetime) -> None:
    """Give a decision its effect. Raises: StructureFileIncomplete, OrganisationEnded, StructureAdmitted."""
    kind = DecisionKind(row.kind)
    system = Actor.system(
        f"structure decision {row.id}", programme_ids={file.programme_id}, organisation_ids={file.programme.operator_id}
    )  # fmt: skip
    if kind is DecisionKind.ADMIT:
        answers = answers_of(file)
        # The world may have changed since it was sent.
        if left := problems_of(file, answers, at=at):
            raise StructureFileIncomplete(count=len(left))
        file.organisation_id = _admit(file, answers, system, row.request_id, at)
    elif kind is DecisionKind.END:
        _end(file, system, row.request_id, at)
    elif kind is DecisionKind.UPHOLD and contested is not None and contested.kind == DecisionKind.END:
        _open_again(file, system, row.request_id, at)
    state = STATE_AFTER.get(kind, FileState(file.state))
    if kind is DecisionKind.UPHOLD and contested is not None:
        state = STATE_UPHELD[DecisionKind(contested.kind)]
    file.state, file.changed_at = state.value, at
    file.save(update_fields=["state", "changed_at", "organisation"])


def tell(file: StructureFile, row: StructureDecision, at: datetime) -> None:
    """Write in plain words to whoever the decision is about."""
    context = {
        "programme": file.programme.name, "name": file.name, "number": RequestNumber(file.number).printed(), "kind": row.kind,
        "reason": row.reason,
    }  # fmt: skip
    address = email_of(file)
    if address:
        notices.post(kind="mandates.structure-decided", to_email=address, context=context, at=at)
    elif file.organisation_id is not None:
        notices.post(kind="mandates.structure-decided", to_organisation_id=file.organisation_id, context=context, at=at)


def _admit(file: StructureFile, answers: Answers, system: Actor, request_id: UUID, at: datetime) -> int:
    """Register the organisation if nobody knew it, let it sign mandates, invite its lead, put its helpers forward. Returns its id."""
    programme, who, lead = file.programme, answers["who"], answers["lead"]
    organisation_id = parties_writes.enlist_organisation(
        number=normal_siret(answers),
        kind=OrganisationKind.HELPER,
        name=who["name"],
        is_simulated=programme.is_simulated,
        contact_email=lead["lead_email"],
        contact_phone=lead.get("lead_phone", ""),
        street=who["street"],
        postcode=who["postcode"],
        city=who["city"],
        registered_by=programme.operator_id,
        actor=system,
        request_id=uuid5(request_id, "organisation"),
        at=at,
    )
    with acting_as(programme_ids=[programme.id], organisation_ids=[organisation_id, programme.operator_id]):
        admit_structure(
            organisation_id=organisation_id, programme_id=programme.id, actor=system, request_id=uuid5(request_id, "structure"), at=at
        )  # fmt: skip
        leads, invited = parties.having_role([organisation_id], Role.HELPER_LEAD, at=at)
        if organisation_id not in leads | invited:
            parties_writes.invite_member(
                organisation_id=organisation_id, email=lead["lead_email"], display_name=lead["lead_name"], role=Role.HELPER_LEAD,
                actor=system, request_id=uuid5(request_id, "lead"), at=at,
            )  # fmt: skip
        for rank, said in enumerate(helpers_said(answers)):
            put_forward(organisation_id, programme.id, said, system, uuid5(request_id, f"helper {rank}"), at)
    return organisation_id


def _end(file: StructureFile, system: Actor, request_id: UUID, at: datetime) -> None:
    assert file.organisation_id is not None, "only a structure that was admitted ends"
    with acting_as(programme_ids=[file.programme_id], organisation_ids=[file.organisation_id]):
        close_structure(organisation_id=file.organisation_id, actor=system, request_id=uuid5(request_id, "end"), at=at)


def _open_again(file: StructureFile, system: Actor, request_id: UUID, at: datetime) -> None:
    """It may sign again. What people had authorised has ended: only they can say it anew."""
    assert file.organisation_id is not None, "only a structure that was admitted ended"
    with acting_as(programme_ids=[file.programme_id], organisation_ids=[file.organisation_id]):
        admit_structure(
            organisation_id=file.organisation_id, programme_id=file.programme_id, actor=system, request_id=uuid5(request_id, "again"), at=at
        )  # fmt: skip
