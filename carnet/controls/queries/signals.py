"""Signals as screens and cases read them; thresholds in force; counters by rule."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q

from carnet.controls.access import signals as access
from carnet.controls.models import Signal, SignalLook, SignalSetting
from carnet.controls.rules.signals import Outcome, SignalState
from carnet.controls.rules.signals.precision import RuleCount
from carnet.controls.rules.signals.registry import RULES, rule_called
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class SignalFacts:
    """One signal, as whoever runs or audits the programme reads it. Days are half-open."""

    id: int
    programme_id: int
    organisation_id: int
    place_id: int
    rule: str
    from_on: date
    until_on: date
    facts: Mapping[str, Any]
    threshold: int
    cents: int
    noticed_at: datetime
    state: SignalState
    set_aside_at: datetime | None
    set_aside_by_id: int | None
    set_aside_because: str
    case_id: int | None
    outcome: Outcome | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Which signals: of a rule, a place, an organisation, a state. Nothing said: all."""

    rule: str = ""
    place_id: int | None = None
    organisation_id: int | None = None
    state: SignalState | None = None


@dataclass(frozen=True, slots=True)
class SignalPage:
    """Signals, the latest first, and how many there are in all."""

    signals: tuple[SignalFacts, ...]
    count: int
    page: int
    page_count: int


@dataclass(frozen=True, slots=True)
class Setting:
    """One rule's threshold in a programme: the usual one, or what somebody decided, when and why; None: it is off."""

    rule: str
    threshold: int | None
    is_usual: bool
    reason: str = ""
    set_by_id: int | None = None
    set_at: datetime | None = None


def signals(
    actor: Actor, *, programme_ids: Collection[int], which: SignalFilter | None = None, page: int = 1, per_page: int = PER_PAGE
) -> SignalPage:
    """The signals of programmes the actor runs or audits, the latest first. Raises: NotAllowed."""
    rows = _filtered(access.seen_signals(actor, programme_ids), which or SignalFilter())
    count = rows.count()
    page_count = max(1, -(-count // per_page))
    page = min(max(1, page), page_count)
    found = rows.order_by("-id")[(page - 1) * per_page : page * per_page]
    return SignalPage(tuple(_facts(each) for each in found), count, page, page_count)


def signal(actor: Actor, signal_id: int) -> SignalFacts:
    """One signal. Raises: NotAllowed, SignalUnknown."""
    return _facts(access.seen_signal(actor, signal_id))


def signals_of_case(case_id: int) -> list[SignalFacts]:
    """The signals of a case the caller has checked, the oldest first."""
    return [_facts(each) for each in Signal.objects.filter(case_id=case_id).order_by("id")]


def signals_called(signal_ids: Collection[int]) -> list[SignalFacts]:
    """These signals, for whoever has checked the programme; the oldest first. Unknown numbers are left out."""
    return [_facts(each) for each in Signal.objects.filter(id__in=signal_ids).order_by("id")]


def waiting(programme_ids: Collection[int]) -> tuple[int, datetime | None]:
    """How many signals of these programmes nobody has sorted, and since when; the caller has checked them."""
    rows = Signal.objects.filter(programme_id__in=programme_ids, state=SignalState.NEW.value)
    found = rows.aggregate(count=Count("id"), since=Min("noticed_at"))
    return found["count"], found["since"]


def setting_of(actor: Actor, programme_id: int, rule: str) -> Setting:
    """One rule's threshold, in a programme the actor runs or audits. Raises: NotAllowed, ProgrammeUnknown, RuleUnknown."""
    access.check_sees(actor, programme_id)
    return _settings(programme_id)[rule_called(rule).code]


def settings_of(actor: Actor, programme_id: int) -> list[Setting]:
    """Each rule's threshold in a programme the actor runs or audits. Raises: NotAllowed, ProgrammeUnknown."""
    access.check_sees(actor, programme_id)
    return list(_settings(programme_id).values())


def thresholds_of(programme_id: int) -> dict[str, int | None]:
    """The threshold in force of each rule; None: off. The caller has checked the programme."""
    return {code: each.threshold for code, each in _settings(programme_id).items()}


def rule_counts(actor: Actor, programme_id: int) -> list[RuleCount]:
    """What became of the signals of each rule, in a programme the actor runs or audits. Raises: NotAllowed, ProgrammeUnknown."""
    access.check_sees(actor, programme_id)
    new, aside, case = (Q(state=each.value) for each in SignalState)
    rows = Signal.objects.filter(programme_id=programme_id).values("rule").order_by("rule")
    counted = rows.annotate(
        noticed=Count("id"),
        waiting=Count("id", filter=new),
        set_aside=Count("id", filter=aside),
        in_cases=Count("id", filter=case & Q(outcome__isnull=True)),
        confirmed=Count("id", filter=Q(outcome=Outcome.CONFIRMED.value)),
        honest=Count("id", filter=Q(outcome=Outcome.HONEST.value)),
        sloppy=Count("id", filter=Q(outcome=Outcome.SLOPPY.value)),
    )
    found = {each["rule"]: RuleCount(**each) for each in counted}
    return [found.get(each.code, RuleCount(each.code)) for each in RULES]


def looked_until(programme_id: int, rule: str) -> date | None:
    """The first day a rule has not looked at yet; None: it never looked."""
    latest: date | None = SignalLook.objects.filter(programme_id=programme_id, rule=rule).aggregate(latest=Max("until_on"))["latest"]
    return latest


def latest_facts(programme_id: int, rule: str) -> dict[int, dict[str, Any]]:
    """What a rule last told of each place."""
    rows = Signal.objects.filter(programme_id=programme_id, rule=rule).order_by("place_id", "-until_on", "-id").distinct("place_id")
    return dict(rows.values_list("place_id", "facts"))


def first_day_of(programme_id: int) -> date | None:
    """The legal day of the first voucher spent in a programme; None: nothing was, and there is nothing to look at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at) FROM redemption_redemption WHERE programme_id = %s /* fan-out: a programme's first, by its index */",
            [programme_id],
        )
        first: datetime | None = cursor.fetchone()[0]
    return None if first is None else legal_day(first)


def programmes_seen(actor: Actor, programme_ids: Collection[int]) -> list[int]:
    """Of these programmes, those the actor runs or audits."""
    return [each for each in programme_ids if access.sees(actor, each)]


def _settings(programme_id: int) -> dict[str, Setting]:
    rows = SignalSetting.objects.filter(programme_id=programme_id).order_by("rule", "-id").distinct("rule")
    said = {each.rule: each for each in rows}
    found = {}
    for rule in RULES:
        row = said.get(rule.code)
        found[rule.code] = (
            Setting(rule.code, rule.usual, is_usual=True)
            if row is None
            else Setting(rule.code, row.threshold, row.threshold == rule.usual, row.reason, row.set_by_id, row.set_at)
        )
    return found


def _filtered(rows: Any, which: SignalFilter) -> Any:
    if which.rule:
        rows = rows.filter(rule=which.rule)
    if which.place_id is not None:
        rows = rows.filter(place_id=which.place_id)
    if which.organisation_id is not None:
        rows = rows.filter(organisation_id=which.organisation_id)
    if which.state is not None:
        rows = rows.filter(state=which.state.value)
    return rows


def _facts(row: Signal) -> SignalFacts:
    return SignalFacts(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        place_id=row.place_id,
        rule=row.rule,
        from_on=row.from_on,
        until_on=row.until_on,
        facts=row.facts,
        threshold=row.threshold,
        cents=row.cents,
        noticed_at=row.noticed_at,
        state=SignalState(row.state),
        set_aside_at=row.set_aside_at,
        set_aside_by_id=row.set_aside_by_id,
        set_aside_because=row.set_aside_because,
        case_id=row.case_id,
        outcome=Outcome(row.outcome) if row.outcome else None,
        settled_at=row.settled_at,
    )
