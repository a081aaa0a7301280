"""Applications: as the applicant sees its own, and as the network sees those it must answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import Siret
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import access as parties_access
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.places import access
from carnet.places.models import JoiningAppeal, JoiningDecision, JoiningDocument, JoiningFile, Place, PlaceLabel
from carnet.places.queries._geography import gazetteer
from carnet.places.queries._joining._labels import LabelView, label_view
from carnet.places.queries._joining._sealed import answers_of, email_of, terms_from
from carnet.places.queries._joining._terms import current_terms
from carnet.places.rules.joining import (
    APPEALABLE,
    STANDING,
    WRITABLE,
    Answers,
    DecisionKind,
    DecisionState,
    DocumentKind,
    FileState,
    Problem,
    Surroundings,
    Terms,
    appeal_until,
    documents_needed,
    parsed_number,
    problems,
)

FILES_MAX = 500
KNOWN_MAX = 60


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A paper of a file. `size` in bytes, once made harmless."""

    document_id: int
    kind: DocumentKind
    media_type: str
    size: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision, prepared or taken; `criteria` are those of the version it was taken under."""

    decision_id: int
    file_id: int
    kind: DecisionKind
    state: DecisionState
    criteria: tuple[str, ...]
    reason: str
    from_on: date | None
    place_ids: tuple[int, ...]
    prepared_by: int
    prepared_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal against a decision; `answered_by` is the decision that answers it, once taken."""

    appeal_id: int
    decision_id: int
    text: str
    lodged_at: datetime
    answered_by: int | None


@dataclass(frozen=True, slots=True)
class JoiningFileView:
    """A whole application. `due_on`: an answer, or a completion, is expected by then. `appeal_until`: the last day, when there is one."""

    file_id: int
    programme: funding.ProgrammeFacts
    organisation_id: int | None
    terms: Terms
    current_version: int
    state: FileState
    name: str
    number: str
    email: str
    answers: Answers
    problems: tuple[Problem, ...]
    documents: tuple[DocumentView, ...]
    documents_needed: tuple[DocumentKind, ...]
    decisions: tuple[DecisionView, ...]
    prepared: DecisionView | None
    appeals: tuple[AppealView, ...]
    labels: tuple[LabelView, ...]
    opened_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    due_on: date | None
    appeal_until: date | None
    is_writable: bool

    @property
    def open_appeal(self) -> AppealView | None:
        """The appeal that waits for an answer."""
        return next((each for each in self.appeals if each.answered_by is None), None)

    @property
    def latest_decision(self) -> DecisionView | None:
        """What was decided last."""
        return self.decisions[0] if self.decisions else None


@dataclass(frozen=True, slots=True)
class JoiningLine:
    """One line of the network's list."""

    file_id: int
    programme_id: int
    state: FileState
    name: str
    number: str
    sent_at: datetime | None
    changed_at: datetime
    due_on: date | None
    waits_for_second: bool
    has_appeal: bool


@dataclass(frozen=True, slots=True)
class KnownStructure:
    """What is already known of a number: its organisation, and places of the directory that bear it (or its SIREN)."""

    name: str
    street: str
    postcode: str
    city: str
    places: tuple[Mapping[str, Any], ...]


def joining_file_of_link(secret: str, *, at: datetime) -> JoiningFileView:
    """The application that a link opens. Raises: JoiningFileUnknown, KeysUnreadable."""
    found = access.joining_file_of_link(secret)
    with parties_access.presenting(secret), acting_as(programme_ids=[found.programme_id]):
        view = _view(found, at)
    return replace(view, prepared=None)


def joining_file(file_id: int, *, actor: Actor, at: datetime) -> JoiningFileView:
    """One application to a network of the actor's. Raises: NotAllowed, JoiningFileUnknown, KeysUnreadable."""
    check_may(actor, "places.see-joining")
    return _view(access.joining_file(actor, file_id), at)


def own_joining_files(*, actor: Actor, at: datetime) -> Sequence[JoiningFileView]:
    """The applications of the actor's own organisation, the latest first. Raises: NotAllowed."""
    check_may(actor, "places.see-own-joining")
    if actor.organisation_id is None:
        return []
    rows = JoiningFile.objects.select_related("programme", "terms").filter(organisation_id=actor.organisation_id, erased_at__isnull=True)
    return [replace(_view(row, at), prepared=None) for row in rows.order_by("-opened_at", "-id")[:20]]


def joining_files(*, actor: Actor, programme_ids: Collection[int]) -> Sequence[JoiningLine]:
    """Applications that were sent, those that wait longest first, then the others. Raises: NotAllowed."""
    check_may(actor, "places.see-joining")
    operated = {each.id for each in funding.programmes_of_operator(actor.organisation_id or 0)}
    rows = JoiningFile.objects.filter(programme_id__in=operated & set(programme_ids)).exclude(state=FileState.DRAFT.value)
    found = list(rows.order_by("due_on", "sent_at", "id")[:FILES_MAX])
    ids = [row.id for row in found]
    waiting = set(
        JoiningDecision.objects.filter(file_id__in=ids, state=DecisionState.PREPARED.value).order_by().values_list("file_id", flat=True)
    )
    appealed = set(JoiningAppeal.objects.filter(file_id__in=ids, answer__isnull=True).order_by().values_list("file_id", flat=True))
    lines = [
        JoiningLine(
            file_id=row.id,
            programme_id=row.programme_id,
            state=FileState(row.state),
            name=row.name,
            number=row.number,
            sent_at=row.sent_at,
            changed_at=row.changed_at,
            due_on=row.due_on,
            waits_for_second=row.id in waiting,
            has_appeal=row.id in appealed,
        )
        for row in found
    ]
    return sorted(lines, key=lambda line: (not line.has_appeal, line.state is not FileState.SENT, line.due_on or date.max))


def joining_decision(decision_id: int, *, actor: Actor) -> DecisionView:
    """One decision of a network of the actor's. Raises: NotAllowed, JoiningDecisionUnknown."""
    check_may(actor, "places.see-joining")
    return _decision(access.joining_decision(actor, decision_id))


def known_structure(number: str) -> KnownStructure | None:
    """What is known of a SIRET or RNA number, to fill a file beforehand; None when it is not a number or nothing is known."""
    try:
        parsed = parsed_number(number)
    except Refusal:
        return None
    rows = Place.objects.filter(Q(pivot=str(parsed)), ended_on__isnull=True)
    if isinstance(parsed, Siret):
        rows = Place.objects.filter(pivot__startswith=str(parsed.siren), ended_on__isnull=True)
    fields = ("id", "name", "address", "address_extra", "postcode", "commune", "latitude", "longitude", "phone", "pivot")
    places = sorted(rows.order_by("name", "id").values(*fields)[:KNOWN_MAX], key=lambda each: each["pivot"] != str(parsed))
    card = parties.find_organisation(**{"siret" if isinstance(parsed, Siret) else "rna": str(parsed)})
    if card is None and not places:
        return None
    first = places[0] if places else {}
    return KnownStructure(
        name=card.name if card else first.get("name", ""),
        street=(card.street if card else "") or first.get("address", ""),
        postcode=(card.postcode if card else "") or first.get("postcode", ""),
        city=(card.city if card else "") or first.get("commune", ""),
        places=tuple(places),
    )


def places_named(text: str, *, commune_code: str) -> Sequence[Mapping[str, Any]]:
    """Places of one commune whose name holds these words, to choose a site among."""
    rows = Place.objects.filter(commune_code=commune_code, ended_on__isnull=True)
    if text.strip():
        rows = rows.filter(name__icontains=text.strip()[:100])
    return list(rows.order_by("name", "id").values("id", "name", "address", "postcode", "commune")[:KNOWN_MAX])


def surroundings(file: JoiningFile, answers: Answers, *, at: datetime) -> Surroundings:
    """What judging a file needs besides what was typed. Call it seeing the file's programme."""
    place_ids = [site["place_id"] for site in answers["sites"] if site.get("place_id")]
    number = normal_number(answers)
    own = _organisation_of(number)
    rows = Place.objects.filter(id__in=place_ids).values_list("id", "operator_id", "ended_on")
    kinds = JoiningDocument.objects.filter(file_id=file.id, removed_at__isnull=True).order_by().values_list("kind", flat=True)
    known = list(rows)
    published = current_terms(file.programme_id)
    return Surroundings(
        terms=published.terms if published is not None and FileState(file.state) in WRITABLE else terms_from(file.terms),
        gazetteer=gazetteer(),
        today=legal_day(at),
        services=funding.programme(file.programme_id).terms.service_codes,
        documents=frozenset(kinds),
        run_by_another={place_id for place_id, operator_id, _ended in known if operator_id not in (None, own)},
        ended={place_id for place_id, _operator, ended_on in known if ended_on is not None},
        number_taken=bool(number)
        and JoiningFile.objects.filter(programme_id=file.programme_id, number=number, state__in=[each.value for each in STANDING])
        .exclude(id=file.id)
        .exists(),
    )


def normal_number(answers: Answers) -> str:
    """The file's number as it is kept; "" while it is not one."""
    try:
        return str(parsed_number(answers["who"].get("number", "")))
    except Refusal:
        return ""


def _organisation_of(number: str) -> int | None:
    if not number:
        return None
    card = parties.find_organisation(rna=number) if number.startswith("W") else parties.find_organisation(siret=number)
    return card.id if card else None


def _view(file: JoiningFile, at: datetime) -> JoiningFileView:
    answers = answers_of(file)
    around = surroundings(file, answers, at=at)
    state = FileState(file.state)
    rows = [_decision(row) for row in JoiningDecision.objects.filter(file_id=file.id).order_by("-prepared_at", "-id")]
    taken = sorted((each for each in rows if each.state is DecisionState.TAKEN), key=lambda each: each.decided_at or at, reverse=True)
    appeals = [
        AppealView(row.id, row.decision_id, row.text, row.lodged_at, row.answer_id)
        for row in JoiningAppeal.objects.filter(file_id=file.id).order_by("-lodged_at", "-id")
    ]
    terms = around.terms
    return JoiningFileView(
        file_id=file.id,
        programme=funding.programme(file.programme_id),
        organisation_id=file.organisation_id,
        terms=terms,
        current_version=terms.version,
        state=state,
        name=file.name,
        number=file.number,
        email=email_of(file),
        answers=answers,
        problems=problems(answers, around) if state in WRITABLE else (),
        documents=tuple(
            DocumentView(row["id"], DocumentKind(row["kind"]), row["media_type"], row["size"], row["added_at"])
            for row in JoiningDocument.objects.filter(file_id=file.id, removed_at__isnull=True)
            .order_by("added_at", "id")
            .values("id", "kind", "media_type", "size", "added_at")
        ),
        documents_needed=documents_needed(answers),
        decisions=tuple(taken),
        prepared=next((each for each in rows if each.state is DecisionState.PREPARED), None),
        appeals=tuple(appeals),
        labels=tuple(
            label_view(row, legal_day(at))
            for row in PlaceLabel.objects.filter(file_id=file.id)
            .select_related("place", "programme", "organisation")
            .order_by("place__name", "-from_on")
        ),
        opened_at=file.opened_at,
        changed_at=file.changed_at,
        sent_at=file.sent_at,
        due_on=file.due_on,
        appeal_until=_appeal_until(taken, appeals, terms, legal_day(at)),
        is_writable=state in WRITABLE,
    )


def _appeal_until(taken: Sequence[DecisionView], appeals: Sequence[AppealView], terms: Terms, today: date) -> date | None:
    latest = taken[0] if taken else None
    if latest is None or latest.kind not in APPEALABLE or latest.decided_at is None:
        return None
    if any(each.decision_id == latest.decision_id for each in appeals):
        return None
    until = appeal_until(legal_day(latest.decided_at), terms)
    return until if today <= until else None


def _decision(row: JoiningDecision) -> DecisionView:
    return DecisionView(
        decision_id=row.id,
        file_id=row.file_id,
        kind=DecisionKind(row.kind),
        state=DecisionState(row.state),
        criteria=tuple(row.criteria),
        reason=row.reason,
        from_on=row.from_on,
        place_ids=tuple(row.place_ids),
        prepared_by=row.prepared_by_id,
        prepared_at=row.prepared_at,
        decided_by=row.decided_by_id,
        decided_at=row.decided_at,
    )
