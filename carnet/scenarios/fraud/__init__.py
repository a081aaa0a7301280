"""Labelled campaigns: honest, sloppy and fraudulent places played through real operations, to know what the rules see and whom they wrong.

`simulate` plays seasons of the seeds given. Thresholds are looked for on `TUNING_SEEDS`; what is published comes from `HELD_OUT_SEEDS`,
that nobody looked at while choosing.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from carnet.controls.rules.signals.registry import RULES
from carnet.scenarios.fraud._policy import Watched, watch
from carnet.scenarios.fraud._report import PlaceSeen, Seen, in_words, told

TUNING_SEEDS = (1, 2, 3)
HELD_OUT_SEEDS = (61, 62, 63, 64)

__all__ = ["HELD_OUT_SEEDS", "TUNING_SEEDS", "Seen", "in_words", "report_of", "seen", "simulate", "watch"]


def simulate(
    seeds: Sequence[int], *, scale: float = 1.0, progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None
) -> dict[str, Any]:
    """Play a labelled season of each seed and say what the rules saw of it."""
    return report_of({seed: seen(watch(seed=seed, scale=scale, progress=progress)) for seed in seeds})


def report_of(seasons: Mapping[int, Seen]) -> dict[str, Any]:
    """What the rules saw of seasons that were played."""
    return told(seasons, rules=[rule.code for rule in RULES])


def seen(watched: Watched) -> Seen:
    """A season place by place, as the report counts it."""
    season = watched.stage.season
    first: dict[int, dict[str, date]] = defaultdict(dict)
    for noticed in watched.noticed:
        first[noticed.place_id].setdefault(noticed.rule, noticed.on)
    found = []
    for place_id, plan in season.plans.items():
        cashed = [each for each in season.cashed if each.place_id == place_id]
        frauds = [each for each in cashed if each.is_fraud]
        signalled_on = min(first[place_id].values(), default=None)
        before = [each for each in frauds if signalled_on is None or each.at.date() <= signalled_on]
        held = [each for each in watched.held if each.place_id == place_id]
        found.append(
            PlaceSeen(
                scheme=plan.scheme.code,
                label=plan.label,
                first_by_rule=dict(first[place_id]),
                fraud_cents=sum(each.cents for each in frauds),
                fraud_first_on=min((each.at.date() for each in frauds), default=None),
                fraud_cents_before=sum(each.cents for each in before),
                held_cents=sum(each.cents for each in held),
                held_days=max((each.days for each in held), default=0),
                cents=sum(each.cents for each in cashed),
                asked=watched.asked.get(place_id, 0),
                not_proved=watched.not_proved.get(place_id, 0),
            )
        )
    return Seen(tuple(found), watched.people_asked, watched.people_answered)
