"""What is kept beside a release for the next one: its lines, what is hidden of all releases so far, what it told. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from carnet.observatory.rules.disclosure._cells import Key, Wanted
from carnet.observatory.rules.disclosure._suppress import Suppressed


@dataclass(frozen=True, slots=True)
class Kept:
    """The lines as written; what is hidden, under the names that all releases together give; what the release told."""

    lines: str
    found: Suppressed
    told: Mapping[Key, int | None]


def kept(lines: str, found: Suppressed, told: Mapping[Key, int | None]) -> str:
    """As text."""
    return json.dumps(
        {
            "lines": lines,
            "hidden": sorted(found.hidden),
            "primary": [[list(key), each.low, each.high] for key, each in sorted(found.primary.items())],
            "said": sorted(found.said),
            "told": [[list(key), value] for key, value in sorted(told.items())],
        }
    )


def reading(text: str) -> Kept:
    """What `kept` wrote."""
    said = json.loads(text)
    found = Suppressed(
        frozenset(tuple(key) for key in said["hidden"]),
        {tuple(key): Wanted(low, high) for key, low, high in said["primary"]},
        frozenset(tuple(key) for key in said["said"]),
    )
    return Kept(said["lines"], found, {tuple(key): value for key, value in said["told"]})
