"""What the rules saw of labelled seasons, and whom they wronged: precision and recall by rule and in all, with their intervals.

The unit is a place and a season: a place signalled ten times counts once. Intervals are Wilson's; places of one season are drawn
independently of one another, so seasons are pooled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median
from typing import Any

from carnet.controls.rules.samples import wilson
from carnet.scenarios.fraud._labels import SCHEMES, Label

# A sample finds a place from so many redemptions not proved on: one is a paper that was lost.
NOT_PROVED_LEAST = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One season: its places, and how many people were asked whether a lesson took place, and answered."""

    places: tuple["PlaceSeen", ...]
    people_asked: int = 0
    people_answered: int = 0

    def kept(self) -> dict[str, Any]:
        """As JSON may keep it."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Seen":
        """From what `kept` gave, once JSON wrote and read it."""
        places = tuple(
            PlaceSeen(
                **{
                    **each,
                    "label": Label(each["label"]),
                    "first_by_rule": {rule: _day(on) for rule, on in each["first_by_rule"].items()},
                    "fraud_first_on": _day(each["fraud_first_on"]),
                }
            )
            for each in kept["places"]
        )
        return cls(places, kept["people_asked"], kept["people_answered"])


def _day(written: str | date | None) -> Any:
    return date.fromisoformat(written) if isinstance(written, str) else written


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """One place of one season: what it is, which rules said something when, and its money. Units: whole cents, days."""

    scheme: str
    label: Label
    first_by_rule: dict[str, date]
    fraud_cents: int
    fraud_first_on: date | None
    fraud_cents_before: int  # cashed before the first signal, or all of it when there was none
    held_cents: int
    held_days: int
    cents: int
    asked: int = 0  # redemptions whose papers a sample asked for
    not_proved: int = 0  # those of them that were not proved

    @property
    def rules(self) -> frozenset[str]:
        """Which rules said something."""
        return frozenset(self.first_by_rule)

    @property
    def first_on(self) -> date | None:
        """The day of the first signal."""
        return min(self.first_by_rule.values(), default=None)


def told(seasons: Mapping[int, Seen], *, rules: Iterable[str]) -> dict[str, Any]:
    """The whole report: by seed, together, by rule and by scheme; and, apart, what samples and questions add."""
    together = [place for season in seasons.values() for place in season.places]
    return {
        "seeds": sorted(seasons),
        "together": _in_all(together),
        "by_seed": {str(seed): _in_all(season.places) for seed, season in sorted(seasons.items())},
        "by_rule": {rule: _of_rule(together, rule) for rule in rules},
        "by_scheme": _by_scheme(together),
        "two_rules": _quality([each for each in together if len(each.rules) > 1], together),
        "samples": _of_samples(together),
        "questions": {
            "people_asked": sum(season.people_asked for season in seasons.values()),
            "people_answered": sum(season.people_answered for season in seasons.values()),
        },
    }


def _of_samples(places: Sequence[PlaceSeen]) -> dict[str, Any]:
    """What the monthly samples found, and the papers it took. `found`: two redemptions not proved; `beyond_rules`: frauds that no rule saw."""
    found = [each for each in places if each.not_proved >= NOT_PROVED_LEAST]
    others = [each for each in places if each.label is not Label.FRAUD]
    asked = [each.asked for each in others if each.asked]
    return {
        "redemptions_asked": sum(each.asked for each in places),
        "redemptions_asked_of_others": sum(asked),
        "others": len(others),
        "others_asked": len(asked),
        "others_asked_median": median(asked) if asked else 0,
        "others_asked_most": max(asked, default=0),
        "found": _quality(found, places),
        "found_by_one": _quality([each for each in places if each.not_proved], places),
        "beyond_rules": sum(1 for each in found if each.label is Label.FRAUD and not each.rules),
        "beyond_rules_schemes": sorted({each.scheme for each in found if each.label is Label.FRAUD and not each.rules}),
        "rules_and_samples": _quality([each for each in places if each.rules or each in found], places),
    }


def _in_all(places: Sequence[PlaceSeen]) -> dict[str, Any]:
    wronged = [each for each in places if each.label is not Label.FRAUD and each.held_cents]
    frauds = [each for each in places if each.label is Label.FRAUD]
    waits = [(each.first_on - each.fraud_first_on).days for each in frauds if each.first_on and each.fraud_first_on]
    fraud_cents = sum(each.fraud_cents for each in frauds)
    cashed = sum(each.cents for each in places)
    return {
        "places": len(places),
        **_quality([each for each in places if each.rules], places),
        "cashed_cents": cashed,
        "fraud_cents": fraud_cents,
        "fraud_cents_before_first_signal": sum(each.fraud_cents_before for each in frauds),
        "fraud_cents_never_signalled": sum(each.fraud_cents for each in frauds if not each.rules),
        "days_to_first_signal_median": median(waits) if waits else None,
        "days_to_first_signal_longest": max(waits, default=None),
        "held_in_error": {
            "places": len(wronged),
            "cents": sum(each.held_cents for each in wronged),
            "days_median": median(each.held_days for each in wronged) if wronged else 0,
            "cent_days": sum(each.held_cents * each.held_days for each in wronged),
        },
    }


def _of_rule(places: Sequence[PlaceSeen], rule: str) -> dict[str, Any]:
    seen = [each for each in places if rule in each.rules]
    alone = sum(1 for each in seen if each.label is Label.FRAUD and each.rules == {rule})
    return {**_quality(seen, places), "frauds_no_other_rule_saw": alone}


def _quality(seen: Sequence[PlaceSeen], places: Sequence[PlaceSeen]) -> dict[str, Any]:
    """Of what was signalled, what was fraud (precision); of frauds, how many were signalled (recall); each with its interval."""
    counts = {label: sum(1 for each in seen if each.label is label) for label in Label}
    frauds = sum(1 for each in places if each.label is Label.FRAUD)
    return {
        "signalled": len(seen),
        "fraud": counts[Label.FRAUD],
        "sloppy": counts[Label.SLOPPY],
        "honest": counts[Label.HONEST],
        "precision": _interval(counts[Label.FRAUD], len(seen)),
        "worth_asking": _interval(counts[Label.FRAUD] + counts[Label.SLOPPY], len(seen)),
        "recall": _interval(counts[Label.FRAUD], frauds),
    }


def _interval(found: int, of: int) -> list[float] | None:
    """The share, and between which bounds it is: three numbers, or nothing where nothing was counted."""
    if not of:
        return None
    interval = wilson(found, of)
    return [round(interval.share, 3), round(interval.low, 3), round(interval.high, 3)]


def _by_scheme(places: Sequence[PlaceSeen]) -> dict[str, Any]:
    by_code: dict[str, list[PlaceSeen]] = defaultdict(list)
    for each in places:
        by_code[each.scheme].append(each)
    return {
        scheme.code: {
            "label": scheme.label.value,
            "places": len(by_code[scheme.code]),
            "signalled": sum(1 for each in by_code[scheme.code] if each.rules),
            "found_by_samples": sum(1 for each in by_code[scheme.code] if each.not_proved >= NOT_PROVED_LEAST),
            "rules": {
                rule: sum(1 for each in by_code[scheme.code] if rule in each.rules)
                for rule in sorted({rule for each in by_code[scheme.code] for rule in each.rules})
            },
        }
        for scheme in SCHEMES
        if by_code[scheme.code]
    }


def in_words(report: dict[str, Any]) -> list[str]:
    """The report as lines to read."""
    together = report["together"]
    lines = [
        f"{len(report['seeds'])} seasons, {together['places']} places, {together['fraud'] + _missed(report)} of them frauds",
        f"signalled: {together['fraud']} frauds, {together['sloppy']} sloppy, {together['honest']} honest",
        f"precision {_shown(together['precision'])}, worth asking {_shown(together['worth_asking'])}, recall {_shown(together['recall'])}",
        f"with two rules: precision {_shown(report['two_rules']['precision'])}, recall {_shown(report['two_rules']['recall'])}",
    ]
    for rule, quality in report["by_rule"].items():
        lines.append(
            f"  {rule:24} {quality['fraud']:3} / {quality['sloppy']:3} / {quality['honest']:3}  precision {_shown(quality['precision'])}"
        )
    error = together["held_in_error"]
    lines.append(f"held in error: {error['places']} places, {error['cents'] // 100} euros, {error['days_median']:g} days median")
    money = [together[name] // 100 for name in ("fraud_cents", "fraud_cents_before_first_signal", "fraud_cents_never_signalled")]
    lines.append(f"of {money[0]} euros of fraud: {money[1]} cashed before the first signal, of which {money[2]} never signalled")
    lines.append(
        f"days to the first signal: {together['days_to_first_signal_median']} median, {together['days_to_first_signal_longest']} at most"
    )
    for label in ("FRAUD", "SLOPPY", "HONEST"):
        shown = [
            f"{code} {each['signalled']}/{each['places']}" + (f" ({', '.join(each['rules'])})" if each["rules"] else "")
            for code, each in report["by_scheme"].items()
            if each["label"] == label and (label == "FRAUD" or each["signalled"])
        ]
        lines += [f"  {label.lower()}: {one}" for one in shown]
    samples, people = report["samples"], report["questions"]
    lines.append(
        f"samples: {samples['redemptions_asked']} redemptions asked for, {samples['redemptions_asked_of_others']} of them of honest and sloppy places"
        f" ({samples['others_asked']} of {samples['others']}, {samples['others_asked_median']:g} each median, {samples['others_asked_most']} at most)"
    )
    found = samples["found"]
    lines.append(
        f"found by samples (two not proved): {found['fraud']} frauds, {found['sloppy']} sloppy, {found['honest']} honest; "
        f"frauds no rule saw: {samples['beyond_rules']} ({', '.join(samples['beyond_rules_schemes']) or '-'})"
    )
    both = samples["rules_and_samples"]
    lines.append(f"rules and samples: precision {_shown(both['precision'])}, recall {_shown(both['recall'])}")
    lines.append(f"people asked after a lesson: {people['people_asked']}, who answered: {people['people_answered']}")
    unseen = [code for code, each in report["by_scheme"].items() if each["label"] == "FRAUD" and each["signalled"] < each["places"]]
    lines.append(f"frauds no rule always sees: {', '.join(unseen) or 'none'}")
    return lines


def _missed(report: dict[str, Any]) -> int:
    return sum(each["places"] - each["signalled"] for each in report["by_scheme"].values() if each["label"] == "FRAUD")


def _shown(interval: list[float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.2f} [{interval[1]:.2f}, {interval[2]:.2f}]"
