"""A simple policy, played with the operations of signals and cases: every signal is asked about, payments wait, somebody else decides.

Whoever decides is always right: what is measured is the rules, and what looking with them costs to those who did nothing.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from carnet.controls.operations import cases, signals
from carnet.controls.queries.cases import case_page
from carnet.controls.queries.signals import signals_called
from carnet.controls.rules.cases import Decision, NothingInQuestion
from carnet.controls.rules.signals import Outcome
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS, add_months
from carnet.parties.rules import Role
from carnet.scenarios.fraud._labels import Label
from carnet.scenarios.fraud._questions import Questions
from carnet.scenarios.fraud._samples import Samples
from carnet.scenarios.fraud._script import script
from carnet.scenarios.fraud._stage import LabelledStage, set_up
from carnet.scenarios.plan import Season

SEASON = Season(date(2024, 11, 1), date(2025, 10, 31), date(2026, 11, 1))
LOOK_DAYS = 7
# A case is decided once the place had its time to answer.
DECIDED_AFTER = timedelta(days=16)
PHONE = "02 61 91 00 00"
_OUTCOMES = {
    Label.HONEST: (Decision.RELEASE, Outcome.HONEST),
    Label.SLOPPY: (Decision.RELEASE, Outcome.SLOPPY),
    Label.FRAUD: (Decision.RECOVER, Outcome.CONFIRMED),
}


@dataclass(frozen=True, slots=True)
class Noticed:
    """One signal: of which place, by which rule, seen when."""

    place_id: int
    rule: str
    on: date


@dataclass(frozen=True, slots=True)
class Held:
    """Payments of one place that waited for a case: whole cents, whole days."""

    place_id: int
    cents: int
    days: int


@dataclass
class Watched:
    """A labelled season and what was noticed of it."""

    seed: int
    stage: LabelledStage
    noticed: list[Noticed] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    # Places asked about nothing: what was noticed concerns no payment still owed.
    without_case: int = 0
    # Of each place: redemptions whose papers a sample asked for, and those it did not find proved.
    asked: dict[int, int] = field(default_factory=dict)
    not_proved: dict[int, int] = field(default_factory=dict)
    people_asked: int = 0
    people_answered: int = 0


@dataclass(frozen=True, slots=True)
class _Case:
    id: int
    place_id: int
    cents: int
    opened_at: datetime


def watch(
    *, seed: int, scale: float = 1.0, every: int = LOOK_DAYS, progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None
) -> Watched:
    """Play one labelled season, look every so many days, ask and decide as the policy says."""
    stage = set_up(script(SEASON, seed=seed, scale=scale), seed=seed)
    watched, open_cases, settled = Watched(seed, stage), list[_Case](), set[int]()
    waiting: dict[int, list[int]] = defaultdict(list)
    samples = Samples(stage, random.Random(f"papers {seed}"))  # noqa: S311 - a simulation
    questions = Questions(stage, random.Random(f"answers {seed}"), SEASON.first_day)  # noqa: S311 - a simulation
    total = (SEASON.grace_ends_on - SEASON.first_day).days
    for day in stage.days():
        progress(f"{seed}", (day - SEASON.first_day).days + 1, total)
        samples.on(day)
        questions.on(day)
        at = datetime.combine(day, time(23, 30), tzinfo=PARIS)
        for case in [each for each in open_cases if each.opened_at + DECIDED_AFTER <= at]:
            _decide(watched, case, at)
            open_cases.remove(case)
            if stage.season.plans[case.place_id].label is Label.FRAUD:
                settled.add(case.place_id)
        if (day - SEASON.first_day).days % every == every - 1:
            for place_id, ids in _look(watched, day, at).items():
                waiting[place_id] += ids
            asked = {each.place_id for each in open_cases} | settled
            for place_id in [each for each in waiting if each not in asked]:
                case_or_none = _ask(watched, place_id, waiting.pop(place_id), at)
                if case_or_none is not None:
                    open_cases.append(case_or_none)
    # The nights after the last voucher: its week, then its month, are over.
    week_over, month_over = SEASON.grace_ends_on + timedelta(days=7), add_months(SEASON.grace_ends_on.replace(day=1), 1)
    for day in (week_over, month_over):
        at = datetime.combine(day, time(23, 30), tzinfo=PARIS)
        for place_id, ids in _look(watched, day, at).items():
            waiting[place_id] += ids
    asked = {each.place_id for each in open_cases} | settled
    for place_id in [each for each in waiting if each not in asked]:
        case_or_none = _ask(watched, place_id, waiting.pop(place_id), at)
        if case_or_none is not None:
            open_cases.append(case_or_none)
    for case in open_cases:
        _decide(watched, case, max(at, case.opened_at + DECIDED_AFTER))
    watched.asked, watched.not_proved = samples.asked, samples.not_proved
    watched.people_asked, watched.people_answered = questions.asked, questions.answered
    return watched


def _look(watched: Watched, day: date, at: datetime) -> dict[int, list[int]]:
    programme_id = watched.stage.season.programme_id
    found = signals.look(programme_id=programme_id, until=day, at=at)
    by_place: dict[int, list[int]] = defaultdict(list)
    with acting_as(watched.stage.system):
        for each in signals_called(found):
            watched.noticed.append(Noticed(each.place_id, each.rule, day))
            by_place[each.place_id].append(each.id)
    return by_place


def _actor(watched: Watched, role: Role, at: datetime) -> Actor:
    return watched.stage.cast.actor(role, watched.stage.season.programme_id, at)


def _ask(watched: Watched, place_id: int, signal_ids: list[int], at: datetime) -> _Case | None:
    """Open a case from what was noticed of a place, and keep the payments it is about."""
    admin = _actor(watched, Role.OPERATOR_ADMIN, at)
    with acting_as(admin):
        question = cases.question_about(
            signal_ids=signal_ids, reason="signaux", asked="Comment ces leçons ont-elles eu lieu ?", phone=PHONE
        )
        try:
            case_id = cases.open_case(
                programme_id=watched.stage.season.programme_id, question=question, signal_ids=signal_ids, actor=admin,
                request_id=uuid4(), at=at,
            )  # fmt: skip
        except NothingInQuestion:
            watched.without_case += 1
            return None
        cents = case_page(admin, case_id, at=at).line.cents
        cases.hold_payments(case_id=case_id, cents=cents, actor=admin, request_id=uuid4(), at=at)
    return _Case(case_id, place_id, cents, at)


def _decide(watched: Watched, case: _Case, at: datetime) -> None:
    plan = watched.stage.season.plans[case.place_id]
    decision, found = _OUTCOMES[plan.label]
    approver = _actor(watched, Role.APPROVER, at)
    with acting_as(approver):
        cases.decide_case(
            case_id=case.id, decision=decision, words="Vu les papiers (simulé).", found=found, actor=approver, request_id=uuid4(), at=at
        )
    watched.held.append(Held(case.place_id, case.cents, (at - case.opened_at).days))
