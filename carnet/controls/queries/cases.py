"""Cases as each side reads them; what they hold, for whoever pays; what they cost and how right they were."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from carnet.controls.access import cases as access
from carnet.controls.models import Case, CasePaper, CaseRedemption, CaseStep
from carnet.controls.queries.signals import SignalFacts, signals_of_case
from carnet.controls.rules.cases import (
    CaseState,
    Decision,
    HoldEnd,
    Key,
    Line,
    StepKind,
    Wish,
    holds_now,
    median_days,
)
from carnet.controls.rules.signals import Outcome
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may

LISTED = 200


@dataclass(frozen=True, slots=True)
class HeldByCase:
    """What one case keeps out of a place's payments at a moment: up to `cents`, first of `chosen`. Units: whole cents, aware moments."""

    case_id: int
    programme_id: int
    organisation_id: int
    place_id: int
    cents: int
    until: datetime
    answer_until: datetime
    chosen: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list. Units: whole cents; `held_cents` at the moment asked."""

    id: int
    programme_id: int
    organisation_id: int
    place_id: int
    state: CaseState
    voucher_count: int
    cents: int
    held_cents: int
    held_until: datetime | None
    opened_at: datetime
    opened_by_id: int
    answer_until: datetime
    decide_until: datetime
    decision: Decision | None
    decided_by_id: int | None
    decided_at: datetime | None
    appeal_until: datetime | None
    appealed_at: datetime | None
    appeal_decide_until: datetime | None
    appeal_decision: Decision | None
    appeal_decided_at: datetime | None
    recovered_cents: int
    closed_at: datetime | None

    def waits_for_decision(self, at: datetime) -> bool:
        """The place answered, or its time to answer is over."""
        return self.state is CaseState.HEARD or (self.state is CaseState.OPEN and at >= self.answer_until)

    def waits_to_be_carried_out(self, at: datetime) -> bool:
        """Nothing can be appealed any more, and something is to be taken back."""
        is_final = self.state is CaseState.DECIDED and self.appeal_until is not None and at >= self.appeal_until
        return is_final or self.state is CaseState.APPEAL_DECIDED

    @property
    def is_answerable(self) -> bool:
        """The place may still say something before the decision."""
        return self.state in (CaseState.OPEN, CaseState.HEARD)

    def is_appealable(self, at: datetime) -> bool:
        """The place may appeal."""
        return self.state is CaseState.DECIDED and self.appeal_until is not None and at < self.appeal_until


@dataclass(frozen=True, slots=True)
class Step:
    """One gesture of a case. `person_id` is for the operator's screens; a place reads its own people's only."""

    kind: StepKind
    words: str
    cents: int
    by_place: bool
    person_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class InQuestion:
    """One redemption a case is about. Unit: whole cents. `taken_back` is None before the decision."""

    id: int
    key: tuple[int, int, int]
    cents: int
    redeemed_at: datetime
    taken_back: bool | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper joined, while it is kept."""

    rank: int
    media_type: str
    size_bytes: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case, whole. `reason`, `found` and `signals` are empty on a place's own page."""

    line: CaseLine
    since: datetime
    until: datetime
    reason: str
    asked: str
    phone: str
    wish: Wish | None
    found: Outcome | None
    signals: tuple[SignalFacts, ...]
    steps: tuple[Step, ...]
    redemptions: tuple[InQuestion, ...]
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """What a programme's cases came to. Units: whole cents, whole days.

    `held_in_error_cents`: held, then let go because nothing was to be taken back or because nobody decided in time. `held_cents` counts what
    was held in all. `median_days` is from the opening to the decision, of those decided.
    """

    programme_id: int
    by_state: Mapping[CaseState, int]
    decided_count: int
    recover_count: int
    partly_count: int
    release_count: int
    appeal_count: int
    appeals_granted_count: int
    median_days: int | None
    held_count: int
    held_cents: int
    holding_cents: int
    held_in_error_count: int
    held_in_error_cents: int
    released_by_itself_count: int
    recovered_cents: int

    @property
    def opened_count(self) -> int:
        """All the cases there were."""
        return sum(self.by_state.values())


def held(*, programme_id: int, at: datetime, organisation_id: int | None = None) -> list[HeldByCase]:
    """What the cases of a programme keep waiting at `at`, the oldest case first; a hold that reached its end holds nothing.

    For whoever draws up claims, inside its transaction and under the lock of the programme's payments; no actor.
    """
    rows = Case.objects.filter(programme_id=programme_id, held_cents__gt=0, held_until__gt=at, hold_ended_at__isnull=True)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    found = list(rows.order_by("id"))
    lines: dict[int, list[Line]] = {each.id: [] for each in found}
    # Of a case decided in part, only what is taken back waits.
    for row in CaseRedemption.objects.filter(case__in=found).exclude(taken_back=False).order_by("id"):
        lines[row.case_id].append(Line(Key(row.series_id, row.voucher_id, row.generation), row.cents, row.redeemed_at))
    return [
        HeldByCase(
            each.id,
            each.programme_id,
            each.organisation_id,
            each.place_id,
            each.held_cents,
            each.held_until or at,
            each.answer_until,
            tuple(lines[each.id]),
        )
        for each in found
    ]


def held_programmes(*, organisation_id: int, at: datetime) -> list[int]:
    """The programmes in which a case keeps something of this organisation's waiting; no actor: for its own page of payments."""
    rows = Case.objects.filter(organisation_id=organisation_id, held_cents__gt=0, held_until__gt=at, hold_ended_at__isnull=True)
    return sorted(set(rows.order_by().values_list("programme_id", flat=True)))


def cases(actor: Actor, *, programme_ids: Collection[int], at: datetime, is_open: bool | None = None) -> list[CaseLine]:
    """The cases of programmes the actor runs or audits, the latest first, at most LISTED. Raises: NotAllowed."""
    rows = access.seen_cases(actor, programme_ids)
    if is_open is not None:
        rows = rows.exclude(state=CaseState.CLOSED.value) if is_open else rows.filter(state=CaseState.CLOSED.value)
    return [_line(each, at) for each in rows.order_by("-id")[:LISTED]]


def case_page(actor: Actor, case_id: int, *, at: datetime) -> CasePage:
    """One case of a programme the actor runs or audits. Raises: NotAllowed, CaseUnknown."""
    return _page(access.seen_case(actor, case_id), at)


def own_cases(actor: Actor, *, at: datetime) -> list[CaseLine]:
    """The cases about the places of the actor's organisation, the latest first. Raises: NotAllowed."""
    check_may(actor, access.SEE_OWN)
    rows = Case.objects.filter(organisation_id=actor.organisation_id or 0)
    if actor.place_id is not None:
        rows = rows.filter(place_id=actor.place_id)
    return [_line(each, at) for each in rows.order_by("-id")[:LISTED]]


def own_case(actor: Actor, case_id: int, *, at: datetime) -> CasePage:
    """One case about a place of the actor's organisation, without what is the operator's alone. Raises: NotAllowed, CaseUnknown."""
    check_may(actor, access.SEE_OWN)
    return _page(access.seen_own_case(actor, case_id), at, is_own=True)


def case_of_place(*, programme_id: int, place_id: int) -> int | None:
    """The place's latest case that is not closed, if any; the caller has checked the programme."""
    rows = Case.objects.filter(programme_id=programme_id, place_id=place_id).exclude(state=CaseState.CLOSED.value)
    return rows.order_by("-id").values_list("id", flat=True).first()


def measures(actor: Actor, programme_id: int, *, at: datetime) -> Measures:
    """What the cases of a programme the actor runs or audits came to. Raises: NotAllowed."""
    rows = list(access.seen_cases(actor, [programme_id]).order_by("id"))
    held_steps = CaseStep.objects.filter(case__in=rows, kind=StepKind.HELD.value).order_by()
    first_held = dict(held_steps.values_list("case_id", "cents"))
    final = {each.id: _final(each) for each in rows}
    errors = {each.id: _error_cents(each, first_held[each.id]) for each in rows if each.id in first_held}
    by_state = {state: sum(each.state == state for each in rows) for state in CaseState}
    return Measures(
        programme_id=programme_id,
        by_state=by_state,
        decided_count=sum(each.decided_at is not None for each in rows),
        recover_count=sum(each is Decision.RECOVER for each in final.values()),
        partly_count=sum(each is Decision.PARTLY for each in final.values()),
        release_count=sum(each is Decision.RELEASE for each in final.values()),
        appeal_count=sum(each.appealed_at is not None for each in rows),
        appeals_granted_count=sum(each.appeal_decision in (Decision.RELEASE, Decision.PARTLY) for each in rows),
        median_days=median_days(each.decided_at - each.opened_at for each in rows if each.decided_at is not None),
        held_count=len(first_held),
        held_cents=sum(first_held.values()),
        holding_cents=sum(each.held_cents for each in rows if _holds(each, at)),
        held_in_error_count=sum(cents > 0 for cents in errors.values()),
        held_in_error_cents=sum(errors.values()),
        released_by_itself_count=sum(
            each.hold_end == HoldEnd.BY_ITSELF or (each.hold_ended_at is None and each.held_until is not None and each.held_until <= at)
            for each in rows
        ),
        recovered_cents=sum(each.recovered_cents for each in rows),
    )


def _final(row: Case) -> Decision | None:
    if not row.decision:
        return None
    return Decision(row.appeal_decision or row.decision)


def _error_cents(row: Case, first_cents: int) -> int:
    """Of what was held first, what waited though it was the place's: not taken back in the end, or let go before any decision."""
    if not row.decision:
        return first_cents if row.hold_end else 0
    taken = CaseRedemption.objects.filter(case=row, taken_back=True).order_by().values_list("cents", flat=True)
    return max(0, first_cents - sum(taken))


def _holds(row: Case, at: datetime) -> bool:
    return holds_now(held_from=row.held_from, held_until=row.held_until, ended_at=row.hold_ended_at, at=at)


def _line(row: Case, at: datetime) -> CaseLine:
    held_now = _holds(row, at)
    return CaseLine(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        place_id=row.place_id,
        state=CaseState(row.state),
        voucher_count=row.voucher_count,
        cents=row.cents,
        held_cents=row.held_cents if held_now else 0,
        held_until=row.held_until if held_now else None,
        opened_at=row.opened_at,
        opened_by_id=row.opened_by_id,
        answer_until=row.answer_until,
        decide_until=row.decide_until,
        decision=Decision(row.decision) if row.decision else None,
        decided_by_id=row.decided_by_id,
        decided_at=row.decided_at,
        appeal_until=row.appeal_until,
        appealed_at=row.appealed_at,
        appeal_decide_until=row.appeal_decide_until,
        appeal_decision=Decision(row.appeal_decision) if row.appeal_decision else None,
        appeal_decided_at=row.appeal_decided_at,
        recovered_cents=row.recovered_cents,
        closed_at=row.closed_at,
    )


def _page(row: Case, at: datetime, *, is_own: bool = False) -> CasePage:
    steps = CaseStep.objects.filter(case=row).order_by("at", "id")
    redemptions = CaseRedemption.objects.filter(case=row).order_by("redeemed_at", "id")
    return CasePage(
        line=_line(row, at),
        since=row.since,
        until=row.until,
        reason="" if is_own else row.reason,
        asked=row.asked,
        phone=row.phone,
        wish=Wish(row.wish) if row.wish else None,
        found=None if is_own or not row.found else Outcome(row.found),
        signals=() if is_own else tuple(signals_of_case(row.id)),
        steps=tuple(
            Step(
                StepKind(each.kind),
                each.words,
                each.cents,
                each.by_place,
                None if is_own and not each.by_place else each.person_id,
                each.at,
            )
            for each in steps
        ),
        redemptions=tuple(
            InQuestion(each.id, (each.series_id, each.voucher_id, each.generation), each.cents, each.redeemed_at, each.taken_back)
            for each in redemptions
        ),
        papers=tuple(
            Paper(each.rank, each.media_type, each.size_bytes, each.added_at)
            for each in CasePaper.objects.filter(case=row, erased_at__isnull=True).order_by("rank")
        ),
    )
