"""Requests of structures: as whoever asks sees its own, as the operator sees those it answers, as a structure's lead sees its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.mandates import access
from carnet.mandates.models import StructureAppeal, StructureDecision, StructureFile, StructureMessage, StructurePaper
from carnet.mandates.queries.habilitation._sealed import answers_of, email_of, normal_siret, text_of
from carnet.mandates.queries.habilitation._terms import TermsView, terms_in_force
from carnet.mandates.rules.habilitation import (
    APPEALABLE,
    STANDING,
    WRITABLE,
    Answers,
    DecisionKind,
    DecisionState,
    FileState,
    PaperKind,
    Problem,
    RequestNumber,
    appeal_until,
    decisions_of,
    problems,
)
from carnet.parties import access as parties_access
from carnet.parties.rules import check_may

FILES_MAX = 500


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision, prepared, taken or set aside."""

    id: int
    file_id: int
    programme_id: int
    name: str
    kind: DecisionKind
    state: DecisionState
    reason: str
    prepared_by: int
    prepared_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper of a request, without what it holds."""

    id: int
    kind: PaperKind
    media_type: str
    size: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message. `author`: who of the programme wrote it, None when the structure did."""

    id: int
    by_programme: bool
    author: int | None
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal, and whether it was answered."""

    decision_id: int
    text: str
    lodged_at: datetime
    is_answered: bool


@dataclass(frozen=True, slots=True)
class StructureFileView:
    """A whole request. `appeal_until`: the last day on which the latest decision may be contested, None when it may not."""

    file_id: int
    number: str
    programme: funding.ProgrammeFacts
    terms: TermsView | None
    organisation_id: int | None
    state: FileState
    name: str
    siret: str
    email: str
    answers: Answers
    problems: tuple[Problem, ...]
    papers: tuple[PaperView, ...]
    messages: tuple[MessageView, ...]
    decisions: tuple[DecisionView, ...]
    prepared: DecisionView | None
    possible: frozenset[DecisionKind]
    appeals: tuple[AppealView, ...]
    appeal_until: date | None
    opened_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    is_writable: bool


@dataclass(frozen=True, slots=True)
class StructureFileLine:
    """One line of the operator's list."""

    file_id: int
    programme_id: int
    organisation_id: int | None
    state: FileState
    name: str
    siret: str
    sent_at: datetime | None
    changed_at: datetime
    waits_for_second: bool
    has_appeal: bool
    unread: int

    @property
    def waits(self) -> bool:
        """Whether the programme has something to do about it."""
        return not self.waits_for_second and (self.state is FileState.SENT or self.has_appeal or self.unread > 0)


def structure_file_of_key(key: str, *, at: datetime) -> StructureFileView:
    """The request that a number and its code open. Raises: StructureFileUnknown, KeysUnreadable."""
    found = access.structure_file_of_key(key)
    with parties_access.presenting(key), acting_as(programme_ids=[found.programme_id]):
        return _view(found, at, shows_prepared=False)


def structure_file(file_id: int, *, actor: Actor, at: datetime) -> StructureFileView:
    """One request to a programme of the actor's. Raises: NotAllowed, StructureFileUnknown, KeysUnreadable."""
    check_may(actor, "mandates.see-structures")
    return _view(access.structure_file(actor, file_id), at, shows_prepared=True)


def own_structure_file(*, actor: Actor, at: datetime) -> StructureFileView | None:
    """What was asked, decided and written about the actor's own structure; None when it was never asked for. Raises: NotAllowed."""
    check_may(actor, "mandates.see-team")
    row = StructureFile.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-id").select_related("programme").first()
    if row is None or row.erased_at is not None:
        return None
    with acting_as(actor, programme_ids=[row.programme_id]):
        return _view(row, at, shows_prepared=False)


def structure_files(*, actor: Actor, programme_ids: Collection[int]) -> Sequence[StructureFileLine]:
    """Requests that were sent, and drafts whose writer asked something; those that wait for the programme first. Raises: NotAllowed."""
    check_may(actor, "mandates.see-structures")
    operated = {each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)} & set(programme_ids)
    # Whoever is stuck before sending may write too: a message nobody lists is a message nobody reads.
    wrote = Exists(StructureMessage.objects.filter(file_id=OuterRef("id"), by_programme=False))
    listed = ~Q(state__in=[FileState.DRAFT, FileState.WITHDRAWN]) | Q(wrote, state=FileState.DRAFT, erased_at=None)
    rows = StructureFile.objects.filter(listed, programme_id__in=operated)
    found = list(rows.order_by("-sent_at", "id")[:FILES_MAX])
    ids = [row.id for row in found]
    prepared = StructureDecision.objects.filter(file_id__in=ids, state=DecisionState.PREPARED.value)
    waiting = set(prepared.order_by().values_list("file_id", flat=True))
    contested = set(StructureAppeal.objects.filter(file_id__in=ids, answer=None).order_by().values_list("file_id", flat=True))
    unread: dict[int, int] = {}
    for file_id in StructureMessage.objects.filter(file_id__in=ids, by_programme=False, read_at=None).values_list("file_id", flat=True):
        unread[file_id] = unread.get(file_id, 0) + 1
    lines = [
        StructureFileLine(
            row.id, row.programme_id, row.organisation_id, FileState(row.state), row.name, row.siret, row.sent_at, row.changed_at,
            row.id in waiting, row.id in contested, unread.get(row.id, 0),
        )
        for row in found
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (not line.waits, line.sent_at or line.changed_at))


def structure_decision(decision_id: int, *, actor: Actor) -> DecisionView:
    """One decision of a programme of the actor's. Raises: NotAllowed, StructureDecisionUnknown."""
    check_may(actor, "mandates.see-structures")
    return decision_view(access.structure_decision(actor, decision_id))


def file_of_structure(organisation_id: int) -> StructureFile | None:
    """The request by which a structure stands, or the last it had. Call it seeing the structure."""
    return StructureFile.objects.filter(organisation_id=organisation_id).order_by("-id").first()


def is_siret_taken(programme_id: int, siret: str, *, except_file_id: int | None = None) -> bool:
    """Whether a structure of that number asks already, or was admitted. Call it seeing the programme."""
    rows = StructureFile.objects.filter(programme_id=programme_id, siret=siret, state__in=[each.value for each in STANDING])
    return bool(siret) and rows.exclude(id=except_file_id or 0).exists()


def problems_of(file: StructureFile, answers: Answers, *, at: datetime) -> tuple[Problem, ...]:
    """What is left to mend in a request. Call it seeing its programme."""
    papers = StructurePaper.objects.filter(file_id=file.id, removed_at=None).values_list("kind", flat=True)
    terms = terms_in_force(file.programme_id, at=at)
    taken = is_siret_taken(file.programme_id, normal_siret(answers), except_file_id=file.id)
    return problems(answers, papers=set(papers), terms_version=terms.version if terms else 0, number_taken=taken)


def decision_view(row: StructureDecision) -> DecisionView:
    """A row of a decision as a value."""
    return DecisionView(
        row.id, row.file_id, row.programme_id, row.file.name, DecisionKind(row.kind), DecisionState(row.state), row.reason,
        row.prepared_by_id, row.prepared_at, row.decided_by_id, row.decided_at,
    )  # fmt: skip


def latest_taken(file_id: int) -> StructureDecision | None:
    """The decision in force about a structure."""
    taken = StructureDecision.objects.filter(file_id=file_id, state=DecisionState.TAKEN.value)
    return taken.select_related("file").order_by("-decided_at", "-id").first()


def _view(file: StructureFile, at: datetime, *, shows_prepared: bool) -> StructureFileView:
    answers, state = answers_of(file), FileState(file.state)
    decisions = StructureDecision.objects.filter(file_id=file.id).select_related("file").order_by("-prepared_at", "-id")
    rows = [decision_view(each) for each in decisions]
    appeals = list(StructureAppeal.objects.filter(file_id=file.id).order_by("lodged_at", "id"))
    prepared = next((each for each in rows if each.state is DecisionState.PREPARED), None) if shows_prepared else None
    return StructureFileView(
        file_id=file.id,
        number=RequestNumber(file.number).printed(),
        programme=funding.programme(file.programme_id),
        terms=terms_in_force(file.programme_id, at=at),
        organisation_id=file.organisation_id,
        state=state,
        name=file.name,
        siret=file.siret,
        email=email_of(file),
        answers=answers,
        problems=problems_of(file, answers, at=at) if state in WRITABLE else (),
        papers=_papers(file),
        messages=_messages(file),
        decisions=tuple(sorted((each for each in rows if each.state is DecisionState.TAKEN), key=_decided_at, reverse=True)),
        prepared=prepared,
        possible=decisions_of(state, has_open_appeal=any(each.answer_id is None for each in appeals)),
        appeals=tuple(AppealView(each.decision_id, text_of(each), each.lodged_at, each.answer_id is not None) for each in appeals),
        appeal_until=_appeal_until(file, {each.decision_id for each in appeals}, legal_day(at)),
        opened_at=file.opened_at,
        changed_at=file.changed_at,
        sent_at=file.sent_at,
        is_writable=state in WRITABLE,
    )


def _decided_at(view: DecisionView) -> datetime:
    return view.decided_at or view.prepared_at


def _appeal_until(file: StructureFile, contested: Collection[int], today: date) -> date | None:
    latest = latest_taken(file.id)
    if latest is None or latest.decided_at is None or latest.kind not in APPEALABLE or latest.id in contested:
        return None
    until = appeal_until(legal_day(latest.decided_at))
    return until if today <= until else None


def _papers(file: StructureFile) -> tuple[PaperView, ...]:
    rows = StructurePaper.objects.filter(file_id=file.id, removed_at=None).defer("sealed_content").order_by("added_at", "id")
    return tuple(PaperView(each.id, PaperKind(each.kind), each.media_type, each.size, each.added_at) for each in rows)


def _messages(file: StructureFile) -> tuple[MessageView, ...]:
    rows = StructureMessage.objects.filter(file_id=file.id, erased_at=None).order_by("written_at", "id")
    return tuple(MessageView(each.id, each.by_programme, each.author_id, text_of(each), each.written_at) for each in rows)
