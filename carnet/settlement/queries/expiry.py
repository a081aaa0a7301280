"""The end of validity as each side reads it: where it stands, what was decided, what is signed, what was credited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import BookletProgress
from carnet.settlement import access
from carnet.settlement.models import Closing, Expiry, ExpiryChange, ExpiryStep, JointStatement
from carnet.settlement.queries._runs import organisation_names
from carnet.settlement.queries.debts import debts_of_agreement
from carnet.settlement.queries.joint import CreditNoteView, JointView, credit_notes, joint_view, names_read
from carnet.settlement.rules import ClosingState
from carnet.settlement.rules.expiry import Dated, StepState, days_of, opens_on, states_of, turn_of
from carnet.settlement.rules.expiry import ExpiryStep as Step

_OPEN = (ClosingState.PREPARED, ClosingState.APPROVED)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it is read. `done_by`: a person's name, empty for whoever reads no name; `done_for`: their organisation."""

    step: Step
    state: StepState
    due_on: date
    called_at: datetime | None
    done_at: datetime | None
    done_by: str
    done_for: str
    reason: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One day that was moved, and why."""

    step: Step
    from_on: date
    to_on: date
    reason: str
    decided_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExpiryView:
    """One agreement's end of validity. `turn`: the step a person may confirm today. `owed_cents`: to places, and stays owed."""

    id: int
    programme_id: int
    programme: str
    agreement_id: int
    agreement: str
    printed_until: datetime
    accepted_until: datetime
    stop_at: datetime | None
    turn: Step | None
    steps: tuple[StepView, ...]

    @property
    def next_due(self) -> StepView | None:
        """The first step not done."""
        return next((each for each in self.steps if each.state is not StepState.DONE), None)


@dataclass(frozen=True, slots=True)
class ExpiryPage:
    """The whole page of one agreement's end of validity."""

    view: ExpiryView
    progress: BookletProgress
    changes: tuple[ChangeView, ...]
    statements: tuple[JointView, ...]
    credit_notes: tuple[CreditNoteView, ...]
    owed_cents: int
    place_debts_cents: int
    to_return_cents: int
    closing_id: int | None


@dataclass(frozen=True, slots=True)
class DeskExpiry:
    """What a desk lead reads of a season that ends: its own booklets, and the days that matter to it."""

    programme_id: int
    programme: str
    printed_until: datetime
    accepted_until: datetime
    stop_at: datetime | None
    days: Mapping[Step, date]
    progress: BookletProgress


def expiries(actor: Actor, *, at: datetime) -> list[ExpiryView]:
    """The ends of validity the actor may read, the latest first. Raises: NotAllowed."""
    rows = list(access.seen_expiries(actor))
    return _views(rows, actor, at)


def expiry_page(actor: Actor, expiry_id: int, *, at: datetime) -> ExpiryPage:
    """One of them, whole; a funder reads its own statement and credit note only. Raises: NotAllowed, ExpiryUnknown."""
    row = access.seen_expiry(actor, expiry_id)
    (view,) = _views([row], actor, at)
    money = ledger.money(agreement_id=row.agreement_id).total
    changes = list(ExpiryChange.objects.filter(expiry=row).order_by("at", "id"))
    names = names_read(actor, (each.decided_by_id for each in changes))
    statements = JointStatement.objects.filter(agreement_id=row.agreement_id).defer("paper").order_by("funder_id", "round")
    closing = Closing.objects.filter(agreement_id=row.agreement_id, state__in=_OPEN).first()
    return ExpiryPage(
        view=view,
        progress=ledger.booklet_progress(agreement_id=row.agreement_id),
        changes=tuple(
            ChangeView(Step(each.kind), each.from_on, each.to_on, each.reason, names.get(each.decided_by_id, ""), each.at)
            for each in changes
        ),
        statements=tuple(joint_view(each, actor) for each in statements if access.may_read_funder(actor, each.funder_id)),
        credit_notes=tuple(credit_notes(actor, row.agreement_id)),
        owed_cents=money.owed,
        place_debts_cents=sum(each.ledger_due_cents for each in debts_of_agreement(agreement_id=row.agreement_id)),
        to_return_cents=money.unissued + money.in_circulation,
        closing_id=closing.id if closing else None,
    )


def expiry_of(actor: Actor, agreement_id: int) -> int | None:
    """The id of an agreement's end of validity, if it has begun and the actor may read it. Raises: NotAllowed."""
    return access.seen_expiries(actor).filter(agreement_id=agreement_id).values_list("id", flat=True).first()


def waiting_since(programme_id: int, *, at: datetime) -> date | None:
    """The day of the oldest step of a programme that waits for a confirmation; None when nobody is waited for. Call it seeing everything."""
    found = []
    for row in Expiry.objects.filter(programme_id=programme_id):
        steps = [Dated(Step(each.kind), each.due_on, each.done_at) for each in ExpiryStep.objects.filter(expiry=row)]
        turn = turn_of(steps, today=legal_day(at))
        found += [each.due_on for each in steps if each.step is turn]
    return min(found, default=None)


def desk_expiries(actor: Actor, *, organisation_id: int, at: datetime) -> list[DeskExpiry]:
    """The seasons of a desk that are ending, from D-30 until its vouchers lapse: its own part, from what is printed and its own booklets."""
    found = []
    for part in distribution.participations(organisation_id=organisation_id, at=at):
        living = [each for each in ledger.series_list(programme_id=part.programme_id) if each.lapsed_at is None and each.drawn_at]
        if not living:
            continue
        printed_until, accepted_until = max(each.printed_until for each in living), max(each.accepted_until for each in living)
        if legal_day(at) < opens_on(printed_until):
            continue
        stops = [each.hand_overs_stop_at for each in living if each.hand_overs_stop_at is not None]
        found.append(
            DeskExpiry(
                programme_id=part.programme_id,
                programme=funding.programme(part.programme_id).name,
                printed_until=printed_until,
                accepted_until=accepted_until,
                stop_at=min(stops) if stops else None,
                days=days_of(printed_until=printed_until, accepted_until=accepted_until),
                progress=ledger.booklet_progress(programme_id=part.programme_id, holder_id=organisation_id),
            )
        )
    return found


def _views(rows: list[Expiry], actor: Actor, at: datetime) -> list[ExpiryView]:
    steps = list(ExpiryStep.objects.filter(expiry__in=rows))
    people = names_read(actor, (each.done_by_id for each in steps))
    organisations = organisation_names(each.done_for_id for each in steps if each.done_for_id)
    agreements = {each.id: each for each in funding.agreements(Actor.system("names"), {row.programme_id for row in rows}, at=at)}
    views = []
    for row in rows:
        own = [each for each in steps if each.expiry_id == row.id]
        dated = [Dated(Step(each.kind), each.due_on, each.done_at) for each in own]
        states = states_of(dated, today=legal_day(at))
        by_kind = {Step(each.kind): each for each in own}
        stops = [each.hand_overs_stop_at for each in ledger.series_list(agreement_id=row.agreement_id) if each.hand_overs_stop_at]
        agreement = agreements[row.agreement_id]
        views.append(
            ExpiryView(
                id=row.id,
                programme_id=row.programme_id,
                programme=agreement.programme_name,
                agreement_id=row.agreement_id,
                agreement=agreement.name,
                printed_until=row.printed_until,
                accepted_until=row.accepted_until,
                stop_at=max(stops) if stops else None,
                turn=turn_of(dated, today=legal_day(at)),
                steps=tuple(_step(by_kind[step], states[step], people, organisations) for step in Step),
            )
        )
    return views


def _step(row: ExpiryStep, state: StepState, people: Mapping[int, str], organisations: Mapping[int, str]) -> StepView:
    return StepView(
        step=Step(row.kind),
        state=state,
        due_on=row.due_on,
        called_at=row.proposed_at,
        done_at=row.done_at,
        done_by=people.get(row.done_by_id or 0, ""),
        done_for=organisations.get(row.done_for_id or 0, ""),
        reason=row.reason,
        figures=row.figures,
    )
