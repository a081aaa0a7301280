"""What a correction changed in what is published, as the changelog tells it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from carnet.observatory.rules.disclosure._cells import Key
from carnet.observatory.rules.opendata._tables import parsed


@dataclass(frozen=True, slots=True)
class Moved:
    """A published cell that is no longer what the release before said. None: hidden, then or now."""

    period: str
    level: str
    code: str
    key: str
    measure: str
    before: int | None
    after: int | None

    def as_dict(self) -> dict[str, str | int | None]:
        """As it is kept."""
        return {name: getattr(self, name) for name in ("period", "level", "code", "key", "measure", "before", "after")}


def moved(before: Mapping[Key, int | None], after: Mapping[Key, int | None]) -> list[Moved]:
    """Cells of a period both releases tell that changed. What was and stays hidden is not in it, whatever it did."""
    periods = {key[1] for key in before}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key, 0), after.get(key, 0)
        if key[1] in periods and was != now:
            found.append(Moved(key[1], *parsed(key[2]), key[3], key[0], was, now))
    return found
