"""How many people approve a payment, by its amount: the bands of a programme."""

from collections.abc import Sequence
from dataclasses import dataclass

from carnet.settlement.rules._refusals import BandsInvalid

PEOPLE_MOST = 5


@dataclass(frozen=True, slots=True)
class Band:
    """Up to `up_to_cents` included (None: any amount above), `people` approve, besides whoever prepared."""

    up_to_cents: int | None
    people: int


DEFAULT_BANDS: tuple[Band, ...] = (Band(None, 1),)
"""Until a programme sets its own: one person besides the one who prepares, whatever the amount."""


def check_bands(bands: Sequence[Band]) -> None:
    """Amounts grow, the last band has no limit, and no larger amount asks fewer people. Raises: BandsInvalid (`why`)."""
    limits = [band.up_to_cents for band in bands]
    if not bands or limits[-1] is not None or None in limits[:-1]:
        raise BandsInvalid(why="open-end")
    known = [limit for limit in limits if limit is not None]
    if any(limit <= 0 for limit in known) or known != sorted(set(known)):
        raise BandsInvalid(why="order")
    people = [band.people for band in bands]
    if not all(1 <= count <= PEOPLE_MOST for count in people) or people != sorted(people):
        raise BandsInvalid(why="people")


def people_needed(bands: Sequence[Band], cents: int) -> int:
    """How many people must approve a payment of `cents` (whole cents)."""
    return next(band.people for band in bands if band.up_to_cents is None or cents <= band.up_to_cents)
