"""Looking with every rule; setting a threshold; setting a signal aside; what a case made of its signals."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from carnet.controls.access import signals as access
from carnet.controls.models import Signal, SignalLook, SignalSetting
from carnet.controls.queries.evidence import READERS, Ground
from carnet.controls.queries.signals import first_day_of, latest_facts, looked_until, thresholds_of
from carnet.controls.rules.signals import (
    Outcome,
    SignalState,
    SignalUnknown,
    check_may_join,
    check_may_set_aside,
    check_why,
)
from carnet.controls.rules.signals.registry import RULES, rule_called
from carnet.controls.rules.signals.rule import Rule, periods
from carnet.funding import access as funding
from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now, person_of

SET, SORT = "controls.set-signals", "controls.sort-signals"
LOOKING = Actor.system("looking for signals of fraud")


def look(*, programme_id: int, until: date, at: datetime, tell: Callable[[int, int], None] | None = None) -> list[int]:
    """Look at a programme with every rule that is on, up to the day `until` (included), and return the ids of the signals that are new.

    A day that is not over at `at` is left for later.
    A rule looks at whole weeks or months, each once: what was looked at is not told again, whatever the threshold became. Each rule is a
    transaction of its own, so that a look that was cut short goes on where it stopped. `tell(done, of)` follows it. Sees every tenant: bank
    accounts and devices of two places are compared, and neither is kept in what is noticed.
    """
    found: list[int] = []
    until = min(until, legal_day(at) - timedelta(days=1))
    for done, rule in enumerate(RULES):
        if tell:
            tell(done, len(RULES))
        with acting_as_everything(why="places are compared with places of other organisations"):
            found += _look_with(rule, programme_id, until, at)
    if tell:
        tell(len(RULES), len(RULES))
    return found


def _look_with(rule: Rule[Any], programme_id: int, until: date, at: datetime) -> list[int]:
    access.lock_programme(programme_id)
    threshold = thresholds_of(programme_id)[rule.code]
    begin = looked_until(programme_id, rule.code) or first_day_of(programme_id)
    spans = tuple(periods(rule.span, from_on=begin, until_on=until + timedelta(days=1))) if begin else ()
    if not spans:
        return []
    rows = []
    told = {place_id: rule.lasting(facts) for place_id, facts in latest_facts(programme_id, rule.code).items()} if rule.is_standing else {}
    if threshold is not None:
        for seen in READERS[rule.code](Ground(programme_id, rule.span, spans)):
            noticed = rule.judge(seen, threshold)
            if noticed is None or (rule.is_standing and told.get(seen.place_id) == rule.lasting(noticed.facts)):
                continue
            if rule.is_standing:
                told[seen.place_id] = rule.lasting(noticed.facts)
            rows.append(
                Signal(
                    programme_id=programme_id,
                    organisation_id=seen.organisation_id,
                    place_id=seen.place_id,
                    rule=rule.code,
                    from_on=seen.from_on,
                    until_on=seen.until_on,
                    facts=dict(noticed.facts),
                    threshold=threshold,
                    cents=noticed.cents,
                    noticed_at=at,
                )
            )
    made = Signal.objects.bulk_create(rows)
    SignalLook.objects.create(programme_id=programme_id, rule=rule.code, until_on=spans[-1][1], noticed_count=len(made), looked_at=at)
    if made:
        journal.record(
            actor=LOOKING,
            action="controls.signals-noticed",
            subject=("programme", programme_id),
            facts={"rule": rule.code, "signals": len(made), "threshold": threshold, "from": spans[0][0], "until": spans[-1][1]},
            programme_id=programme_id,
            at=at,
        )
    return [each.id for each in made]


@transaction.atomic
def set_threshold(*, programme_id: int, rule: str, threshold: int | None, reason: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """From which bound a rule speaks in a programme, or that it is off (None), from the next period looked at on; return the setting's id.

    Units:   the rule's own.
    Raises:  NotAllowed, ProgrammeUnknown, RuleUnknown, ThresholdImpossible, WhyMissing, PersonNeeded.
    Repeat:  the same request_id returns the first setting.
    """
    check_allowed_now(actor, SET, at)
    person_id = person_of(actor, SET)
    funding.operated_programme(actor, programme_id)
    access.lock_programme(programme_id)
    repeated = SignalSetting.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    found = rule_called(rule)
    kept = None if threshold is None else found.check_threshold(threshold)
    setting = SignalSetting.objects.create(
        programme_id=programme_id,
        rule=rule,
        threshold=kept,
        reason=check_why(reason),
        set_by_id=person_id,
        set_at=at,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="controls.threshold-set",
        subject=("programme", programme_id),
        facts={"rule": rule, "threshold": kept},
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return setting.id


@transaction.atomic
def set_aside(*, signal_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say why a signal is nothing. It is kept, counted against its rule, and may still join a case later.

    Raises:  NotAllowed, SignalUnknown, AlreadySorted, WhyMissing, PersonNeeded.
    Repeat:  the same request_id changes nothing more.
    """
    check_allowed_now(actor, SORT, at)
    person_id = person_of(actor, SORT)
    signal = access.operated_signal(actor, signal_id)
    if signal.request_id == request_id:
        return
    check_may_set_aside(SignalState(signal.state))
    signal.set_aside_because = check_why(reason)
    signal.state, signal.set_aside_at, signal.set_aside_by_id, signal.request_id = SignalState.SET_ASIDE.value, at, person_id, request_id
    signal.save(update_fields=["state", "set_aside_at", "set_aside_by_id", "set_aside_because", "request_id"])
    journal.record(
        actor=actor,
        action="controls.signal-set-aside",
        subject=("signal", signal.id),
        facts={"rule": signal.rule, "place": signal.place_id},
        programme_id=signal.programme_id,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def join(*, signal_ids: Collection[int], case_id: int) -> None:
    """Put signals in the case opened from them; called by the opening, inside its transaction, which journals it.

    Raises: SignalUnknown (one is not there), AlreadySorted (one is in a case already).
    """
    rows = list(Signal.objects.select_for_update(of=("self",)).filter(id__in=signal_ids).order_by("id"))
    if len(rows) != len(set(signal_ids)):
        raise SignalUnknown
    for each in rows:
        check_may_join(SignalState(each.state))
    Signal.objects.filter(id__in=signal_ids).update(state=SignalState.IN_CASE.value, case_id=case_id)


@transaction.atomic
def settle(signal_ids: Collection[int], outcome: Outcome, *, at: datetime) -> None:
    """What the case of these signals found, for the counters of their rules; called when it is decided, or decided anew by an appeal.

    Inside the decision's transaction, which journals it. Raises: SignalUnknown (one is not there, or in no case).
    """
    rows = Signal.objects.select_for_update(of=("self",)).filter(id__in=signal_ids, state=SignalState.IN_CASE.value)
    if len(rows.order_by("id")) != len(set(signal_ids)):
        raise SignalUnknown
    Signal.objects.filter(id__in=signal_ids).update(outcome=outcome.value, settled_at=at)
