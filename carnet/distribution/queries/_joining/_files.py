"""Applications: as the applicant sees its own, and as the operator sees those it must answer; and files of desks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from carnet.distribution import access
from carnet.distribution.models import DeskDecision, DeskFile, DeskImport, ProgrammePrescriber
from carnet.distribution.queries._joining._sealed import answers_of, email_of, normal_number
from carnet.distribution.queries._joining._texts import DeskTextView, desk_texts
from carnet.distribution.rules.joining import (
    STANDING,
    WRITABLE,
    Answers,
    DecisionKind,
    DeskLine,
    FileState,
    ImportState,
    LineOutcome,
    Problem,
    problems,
)
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import access as parties_access
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.places.rules.joining import DecisionState

FILES_MAX = 500


@dataclass(frozen=True, slots=True)
class DeskDecisionView:
    """A decision, prepared, taken or set aside. Exactly one of `file_id`, `import_id`, `organisation_id` says what it is about."""

    id: int
    programme_id: int
    file_id: int | None
    import_id: int | None
    organisation_id: int | None
    kind: DecisionKind
    state: DecisionState
    reason: str
    prepared_by: int
    prepared_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskFileView:
    """A whole application."""

    file_id: int
    programme: funding.ProgrammeFacts
    texts: tuple[DeskTextView, ...]
    organisation_id: int | None
    state: FileState
    name: str
    number: str
    email: str
    answers: Answers
    problems: tuple[Problem, ...]
    decisions: tuple[DeskDecisionView, ...]
    prepared: DeskDecisionView | None
    opened_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    is_writable: bool


@dataclass(frozen=True, slots=True)
class DeskFileLine:
    """One line of the operator's list of applications."""

    file_id: int
    programme_id: int
    state: FileState
    name: str
    number: str
    sent_at: datetime | None
    changed_at: datetime
    waits_for_second: bool


@dataclass(frozen=True, slots=True)
class DeskImportView:
    """A file of desks as read: every line's fate, and where the file stands."""

    id: int
    programme_id: int
    state: ImportState
    file_name: str
    desk_count: int
    lines: tuple[DeskLine, ...]
    ignored: tuple[str, ...]
    sent_at: datetime
    sent_by: int
    decision: DeskDecisionView | None

    def count(self, outcome: LineOutcome) -> int:
        """How many lines fare so."""
        return sum(line.outcome is outcome for line in self.lines)


def desk_file_of_link(secret: str, *, at: datetime) -> DeskFileView:
    """The application that a link opens. Raises: DeskFileUnknown, KeysUnreadable."""
    found = access.desk_file_of_link(secret)
    with parties_access.presenting(secret), acting_as(programme_ids=[found.programme_id]):
        view = _view(found, at)
    return replace(view, prepared=None)


def desk_file(file_id: int, *, actor: Actor, at: datetime) -> DeskFileView:
    """One application to a programme of the actor's. Raises: NotAllowed, DeskFileUnknown, KeysUnreadable."""
    check_may(actor, "distribution.see-joining")
    return _view(access.desk_file(actor, file_id), at)


def desk_files(*, actor: Actor, programme_ids: Collection[int]) -> Sequence[DeskFileLine]:
    """Applications that were sent, those that wait longest first, then the others. Raises: NotAllowed."""
    check_may(actor, "distribution.see-joining")
    operated = {each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)} & set(programme_ids)
    rows = DeskFile.objects.filter(programme_id__in=operated).exclude(state__in=[FileState.DRAFT, FileState.WITHDRAWN])
    found = list(rows.order_by("-sent_at", "id")[:FILES_MAX])
    prepared = DeskDecision.objects.filter(file_id__in=[row.id for row in found], state=DecisionState.PREPARED.value)
    waiting = set(prepared.order_by().values_list("file_id", flat=True))
    lines = [
        DeskFileLine(
            row.id, row.programme_id, FileState(row.state), row.name, row.number, row.sent_at, row.changed_at, row.id in waiting
        )
        for row in found
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.state is not FileState.SENT, line.sent_at or line.changed_at))


def desk_decision(decision_id: int, *, actor: Actor) -> DeskDecisionView:
    """One decision of a programme of the actor's. Raises: NotAllowed, DeskDecisionUnknown."""
    check_may(actor, "distribution.see-joining")
    return decision_view(access.desk_decision(actor, decision_id))


def desk_import(import_id: int, *, actor: Actor) -> DeskImportView:
    """One file of desks. Raises: NotAllowed, DeskImportUnknown."""
    check_may(actor, "distribution.see-joining")
    return _import(access.desk_import(actor, import_id))


def desk_imports(*, actor: Actor, programme_ids: Collection[int], limit: int = 20) -> Sequence[DeskImportView]:
    """The latest files of desks first. Raises: NotAllowed."""
    check_may(actor, "distribution.see-joining")
    operated = {each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)} & set(programme_ids)
    rows = DeskImport.objects.filter(programme_id__in=operated).exclude(state=ImportState.DROPPED.value)
    return [_import(row) for row in rows.order_by("-sent_at", "-id")[:limit]]


def is_number_taken(programme_id: int, number: str, *, except_file_id: int | None = None, at: datetime) -> bool:
    """Whether an organisation of that number is a desk of the programme, or applies. Call it seeing the programme."""
    return number in taken_numbers(programme_id, [number], except_file_id=except_file_id, at=at)


def taken_numbers(programme_id: int, numbers: Collection[str], *, except_file_id: int | None = None, at: datetime) -> frozenset[str]:
    """Of these numbers, those that are desks of the programme, or apply. Call it seeing the programme."""
    applying = DeskFile.objects.filter(programme_id=programme_id, number__in=list(numbers), state__in=[each.value for each in STANDING])
    found = set(applying.exclude(id=except_file_id or 0).order_by().values_list("number", flat=True))
    parts = ProgrammePrescriber.objects.filter(programme_id=programme_id, left_at=None)
    cards = parties.organisations(parts.order_by().values_list("organisation_id", flat=True))
    return frozenset(found | {number for card in cards.values() for number in (card.siret, card.rna) if number in set(numbers)})


def decision_view(row: DeskDecision) -> DeskDecisionView:
    """A row of a decision as a value."""
    return DeskDecisionView(
        row.id, row.programme_id, row.file_id, row.desk_import_id, row.organisation_id, DecisionKind(row.kind), DecisionState(row.state),
        row.reason, row.prepared_by_id, row.prepared_at, row.decided_by_id, row.decided_at,
    )  # fmt: skip


def decisions_about(**about: int) -> tuple[DeskDecisionView, ...]:
    """Decisions about one thing, the latest prepared first."""
    return tuple(decision_view(row) for row in DeskDecision.objects.filter(**about).order_by("-prepared_at", "-id"))


def problems_of(file: DeskFile, answers: Answers, *, at: datetime) -> tuple[Problem, ...]:
    """What is left to mend in an application. Call it seeing its programme."""
    number = normal_number(answers)
    taken = bool(number) and is_number_taken(file.programme_id, number, except_file_id=file.id, at=at)
    return problems(answers, places.gazetteer(), number_taken=taken)


def _view(file: DeskFile, at: datetime) -> DeskFileView:
    answers, state = answers_of(file), FileState(file.state)
    rows = decisions_about(file_id=file.id)
    return DeskFileView(
        file_id=file.id,
        programme=funding.programme(file.programme_id),
        texts=desk_texts(file.programme_id, at=at),
        organisation_id=file.organisation_id,
        state=state,
        name=file.name,
        number=file.number,
        email=email_of(file),
        answers=answers,
        problems=problems_of(file, answers, at=at) if state in WRITABLE else (),
        decisions=tuple(each for each in rows if each.state is DecisionState.TAKEN),
        prepared=next((each for each in rows if each.state is DecisionState.PREPARED), None),
        opened_at=file.opened_at,
        changed_at=file.changed_at,
        sent_at=file.sent_at,
        is_writable=state in WRITABLE,
    )


def _import(row: DeskImport) -> DeskImportView:
    found = decisions_about(desk_import_id=row.id)
    return DeskImportView(
        id=row.id,
        programme_id=row.programme_id,
        state=ImportState(row.state),
        file_name=row.file_name,
        desk_count=row.desk_count,
        lines=tuple(DeskLine(**each | {"outcome": LineOutcome(each["outcome"])}) for each in row.lines),
        ignored=tuple(row.ignored),
        sent_at=row.sent_at,
        sent_by=row.sent_by_id,
        decision=found[0] if found else None,
    )
