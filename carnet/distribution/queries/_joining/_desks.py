"""Desks of a programme: what each is today, what it still has to do, its agreements, its training."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from carnet.distribution import access
from carnet.distribution.models import DeskAgreement, DeskPoint, DeskTraining, ProgrammePrescriber
from carnet.distribution.queries._doors import DeskPointView, points_of_desk
from carnet.distribution.queries._joining._files import DeskDecisionView, decisions_about
from carnet.distribution.queries._joining._texts import DeskTextView, desk_texts
from carnet.distribution.rules.joining import (
    AgreementKind,
    DecisionKind,
    DeskState,
    Standing,
    Todo,
    TodoState,
    decisions_of_desk,
    desk_state,
    ends_soon,
    regularise_until,
    todos,
)
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import Role, check_may
from carnet.places.rules.joining import DecisionState


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One agreement. `until_on` is exclusive; it and `from_on` are None until it is countersigned."""

    id: int
    programme_id: int
    organisation_id: int
    kind: AgreementKind
    version: int
    text: str
    months: int
    signer_name: str
    signer_title: str
    regisseur_act: str
    regisseur_act_on: date | None
    signed_at: datetime
    countersigner_name: str
    countersigned_at: datetime | None
    from_on: date | None
    until_on: date | None
    sent_back_at: datetime | None
    sent_back_because: str

    @property
    def waits(self) -> bool:
        """Whether it waits for the operator's signature."""
        return self.countersigned_at is None and self.sent_back_at is None


@dataclass(frozen=True, slots=True)
class TrainingTick:
    """An item that is ticked, by whom and when."""

    item: str
    ticked_by: int
    ticked_at: datetime


@dataclass(frozen=True, slots=True)
class DeskLineView:
    """One desk of a list: what it is, what is missing in order, and until when its agreement holds (exclusive)."""

    programme_id: int
    organisation_id: int
    name: str
    city: str
    state: DeskState
    todos: dict[Todo, TodoState]
    agreed_until: date | None
    joined_at: datetime

    @property
    def missing(self) -> tuple[Todo, ...]:
        """What is not done, in order."""
        return tuple(todo for todo, state in self.todos.items() if state in (TodoState.TO_DO, TodoState.WAITING))


@dataclass(frozen=True, slots=True)
class DeskView:
    """One desk whole. `possible`: the decisions that may be prepared now; `left_to_return`: booklets still there or on their way."""

    line: DeskLineView
    programme: funding.ProgrammeFacts
    standing: Standing
    texts: tuple[DeskTextView, ...]
    agreements: tuple[AgreementView, ...]
    points: tuple[DeskPointView, ...]
    training: tuple[TrainingTick, ...]
    decisions: tuple[DeskDecisionView, ...]
    prepared: DeskDecisionView | None
    possible: frozenset[DecisionKind]
    may_sign: bool
    regularise_until: date | None
    suspended_at: datetime | None
    leaving_at: datetime | None
    left_to_return: int


def desk_lines(programme_id: int, *, at: datetime) -> Sequence[DeskLineView]:
    """Every desk of a programme that has not left, those that cannot hand over first, then by name. Six statements, however many."""
    rows = list(access.with_agreement(_present(at).filter(programme_id=programme_id), at).order_by("id"))
    standings = _standings(programme_id, rows, at)
    cards = parties.organisations(standings)
    today = legal_day(at)
    found = [_line(row, cards[row.organisation_id], standings[row.organisation_id], today) for row in rows]
    order = list(DeskState)
    urgent = {DeskState.UNSIGNED, DeskState.SUSPENDED, DeskState.LEAVING}
    return sorted(found, key=lambda each: (each.state not in urgent, -order.index(each.state), each.name.casefold(), each.organisation_id))


def desk(*, programme_id: int, organisation_id: int, actor: Actor, at: datetime) -> DeskView:
    """One desk, for its own people or its operator's. Raises: NotAllowed, NotPrescriber, ProgrammeUnknown."""
    check_may(actor, "distribution.see-own-joining" if access.acts_for(actor, organisation_id) else "distribution.see-joining")
    access.part(actor, programme_id=programme_id, organisation_id=organisation_id, at=at)
    row = access.with_agreement(_present(at).filter(programme_id=programme_id, organisation_id=organisation_id), at).get()
    standing, today = _standings(programme_id, [row], at)[organisation_id], legal_day(at)
    decisions = decisions_about(programme_id=programme_id, organisation_id=organisation_id)
    line = _line(row, parties.organisation(organisation_id), standing, today)
    texts = desk_texts(programme_id, at=at)
    is_writable = not standing.signed_waits and not standing.follows and bool(texts)
    return DeskView(
        line=line,
        programme=funding.programme(programme_id),
        standing=standing,
        texts=texts,
        agreements=agreements(programme_id=programme_id, organisation_id=organisation_id),
        points=points_of_desk(programme_id=programme_id, organisation_id=organisation_id),
        training=_ticks(programme_id, organisation_id),
        decisions=tuple(each for each in decisions if each.state is DecisionState.TAKEN),
        prepared=next((each for each in decisions if each.state is DecisionState.PREPARED), None),
        possible=decisions_of_desk(is_suspended=row.suspended_at is not None, is_leaving=row.leaving_at is not None),
        may_sign=is_writable and row.leaving_at is None and (standing.agreed_until is None or ends_soon(standing, today)),
        regularise_until=regularise_until(standing),
        suspended_at=row.suspended_at,
        leaving_at=row.leaving_at,
        left_to_return=left_to_return(programme_id, organisation_id),
    )


def own_desks(*, actor: Actor, at: datetime) -> Sequence[DeskLineView]:
    """The parts the actor's own organisation takes in seasons that go on, the latest first: what each lacks. Raises: NotAllowed."""
    check_may(actor, "distribution.see-own-joining")
    rows = access.with_agreement(_present(at).filter(organisation_id=actor.organisation_id or 0), at).order_by("-joined_at", "-id")
    programmes = {each.id: each for each in funding.programmes({row.programme_id for row in rows})}
    found = []
    for row in rows:
        # A season that is over asks for nothing more; what is left of its booklets goes back from the stock's page.
        if at >= programmes[row.programme_id].windows.hand_over_until:
            continue
        standing = _standings(row.programme_id, [row], at)[row.organisation_id]
        found.append(_line(row, parties.organisation(row.organisation_id), standing, legal_day(at)))
    return found


def agreements(*, programme_id: int, organisation_id: int) -> tuple[AgreementView, ...]:
    """The agreements of a desk in a programme, the latest first."""
    rows = DeskAgreement.objects.select_related("text").filter(programme_id=programme_id, organisation_id=organisation_id)
    return tuple(_agreement(row) for row in rows.order_by("-signed_at", "-id"))


def agreement(agreement_id: int, *, actor: Actor) -> AgreementView:
    """One agreement of the actor's desk, or of a programme its operator runs. Raises: AgreementUnknown."""
    return _agreement(access.desk_agreement(actor, agreement_id))


def agreements_waiting(programme_id: int) -> Sequence[AgreementView]:
    """Those that wait for the operator's signature, the oldest first."""
    rows = DeskAgreement.objects.select_related("text").filter(programme_id=programme_id, countersigned_at=None, sent_back_at=None)
    return [_agreement(row) for row in rows.order_by("signed_at", "id")]


def left_to_return(programme_id: int, organisation_id: int) -> int:
    """Whole booklets a desk still has, of whatever season of the programme, and those on their way from or to it."""
    held = len(ledger.stock_ids(holder_id=organisation_id, programme_id=programme_id, whole_only=True))
    return held + ledger.travelling(programme_id=programme_id, organisation_id=organisation_id)


def _present(at: datetime) -> QuerySet[ProgrammePrescriber]:
    return ProgrammePrescriber.objects.filter(Q(left_at=None) | Q(left_at__gt=at), joined_at__lte=at)


def _standings(programme_id: int, rows: Sequence[ProgrammePrescriber], at: datetime) -> dict[int, Standing]:
    """Every part's whole standing, by organisation, whatever their number in five statements."""
    ids, today = [row.organisation_id for row in rows], legal_day(at)
    leads, invited = parties.having_role(ids, Role.PRESCRIBER_LEAD, at=at)
    mine = {"programme_id": programme_id, "organisation_id__in": ids}
    points = Counter(dict(DeskPoint.objects.filter(**mine, closed_at=None).order_by().values_list("organisation_id").annotate(Count("id"))))
    trained: dict[int, set[str]] = defaultdict(set)
    for organisation_id, item in DeskTraining.objects.filter(**mine, unticked_at=None).order_by().values_list("organisation_id", "item"):
        trained[organisation_id].add(item)
    coming = list(
        DeskAgreement.objects.filter(**mine, sent_back_at=None)
        .filter(Q(countersigned_at=None) | Q(from_on__gt=today))
        .order_by()
        .values_list("organisation_id", "countersigned_at")
    )
    waiting = {each for each, countersigned_at in coming if countersigned_at is None}
    following = {each for each, countersigned_at in coming if countersigned_at is not None}
    return {
        row.organisation_id: replace(
            access.standing_of(row),
            signed_waits=row.organisation_id in waiting,
            follows=row.organisation_id in following,
            has_lead=row.organisation_id in leads,
            lead_invited=row.organisation_id in invited,
            point_count=points[row.organisation_id],
            trained=frozenset(trained[row.organisation_id]),
        )
        for row in rows
    }


def _line(row: ProgrammePrescriber, card: parties.OrganisationCard, standing: Standing, today: date) -> DeskLineView:
    return DeskLineView(
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        name=card.name,
        city=card.city,
        state=desk_state(standing, today),
        todos=todos(standing, today),
        agreed_until=standing.agreed_until,
        joined_at=row.joined_at,
    )


def _ticks(programme_id: int, organisation_id: int) -> tuple[TrainingTick, ...]:
    rows = DeskTraining.objects.filter(programme_id=programme_id, organisation_id=organisation_id, unticked_at=None)
    return tuple(TrainingTick(row.item, row.ticked_by_id, row.ticked_at) for row in rows.order_by("ticked_at", "id"))


def _agreement(row: DeskAgreement) -> AgreementView:
    same = [name for name in AgreementView.__dataclass_fields__ if name not in ("kind", "version", "text", "months")]
    return AgreementView(
        **{name: getattr(row, name) for name in same},
        kind=AgreementKind(row.kind),
        version=row.text.version,
        text=row.text.text,
        months=row.text.months,
    )
