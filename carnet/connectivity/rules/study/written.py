"""A study as it is kept, and read again: numbers only, so that what was made stays as it was made whatever Carnet supposes later."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from carnet.connectivity.rules.study.assumptions import Choices, Key, Range, Ranges
from carnet.connectivity.rules.study.breaking_even import BreakEven
from carnet.connectivity.rules.study.estate import StudiedResidence
from carnet.connectivity.rules.study.outcome import Joined, Outcome, Size
from carnet.connectivity.rules.study.simulation import Spread, Studied, Weight


def write_estate(residences: Sequence[StudiedResidence]) -> list[dict[str, Any]]:
    """The residences, one object each."""
    return [asdict(each) for each in residences]


def read_residences(content: Sequence[Mapping[str, Any]]) -> tuple[StudiedResidence, ...]:
    """The residences that `write_estate` wrote."""
    return tuple(StudiedResidence(**each) for each in content)


def write_assumptions(ranges: Ranges, choices: Choices) -> dict[str, Any]:
    """What was supposed, and what was chosen."""
    return {"ranges": {key.value: [each.low, each.likely, each.high] for key, each in ranges.items()}, "choices": asdict(choices)}


def read_assumptions(content: Mapping[str, Any]) -> tuple[dict[Key, Range], Choices]:
    """The assumptions and choices that `write_assumptions` wrote."""
    return {Key(key): Range(*values) for key, values in content["ranges"].items()}, Choices(**content["choices"])


def write_studied(found: Studied) -> dict[str, Any]:
    """Every number of a study."""
    return asdict(found)


def read_studied(content: Mapping[str, Any]) -> Studied:
    """The study that `write_studied` wrote."""
    return Studied(
        size=Size(**content["size"]),
        likely=_outcome(content["likely"]),
        prudent=_outcome(content["prudent"]),
        ambitious=_outcome(content["ambitious"]),
        even=BreakEven(**content["even"]),
        month_cents=content["month_cents"],
        spreads={name: Spread(**each) for name, each in content["spreads"].items()},
        cheaper=content["cheaper"],
        reachable=content["reachable"],
        weights=tuple(Weight(**{**each, "key": Key(each["key"])}) for each in content["weights"]),
        homes=tuple(content["homes"]),
        draws=content["draws"],
        seed=content["seed"],
    )


def _outcome(content: Mapping[str, Any]) -> Outcome:
    return Outcome(**{**content, "joined": Joined(**content["joined"])})
