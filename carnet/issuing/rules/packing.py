"""Which booklets go in which box, and to whom: consecutive runs that cover an order exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carnet.issuing.rules._orders import IssuingRefused

BOOKLETS_PER_BOX = 100
BOOKLETS_PER_BOX_MAX = 1_000
DESTINATIONS_MAX = 5_000
# An inside has room for four (the printer's own `NEAREST_MAX`).
NEAREST_MAX = 4


class BoxSizeWrong(IssuingRefused):
    """A box holds at least one booklet, and no more than people can lift. Facts: box_size, most."""

    code = "box-size-wrong"


class PackingQuantityWrong(IssuingRefused):
    """A destination is sent at least one booklet. Facts: place, booklet_count."""

    code = "packing-quantity-wrong"


class PackingTooMany(IssuingRefused):
    """More booklets are promised than the order holds. Facts: asked, booklet_count."""

    code = "packing-too-many"


class PackingFrozen(IssuingRefused):
    """Files for the print shop were made from this packing list: the covers name the places of each point."""

    code = "packing-frozen"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where booklets go: an organisation, and its point when it has several."""

    organisation_id: int
    name: str
    address: str
    booklet_count: int
    point_id: int | None = None
    # The places named on the covers of its booklets, nearest first: the fields of the printer's `NearPlace`.
    nearest: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """One box: booklets of one run (ranks from 1, both included) for one destination."""

    number: int
    first_rank: int
    last_rank: int
    destination: Destination

    @property
    def booklet_count(self) -> int:
        """How many booklets are in it."""
        return self.last_rank - self.first_rank + 1


def boxes(destinations: Sequence[Destination], *, booklet_count: int, depot: Destination, box_size: int = BOOKLETS_PER_BOX) -> list[Box]:
    """The boxes of an order: each destination's run in full boxes then one of the rest, in the order given; what is left goes to the depot.

    Ranks follow one another from 1 to `booklet_count`, each in exactly one box, and no box is shared by two destinations.
    Raises: BoxSizeWrong, PackingQuantityWrong, PackingTooMany.
    """
    if not 1 <= box_size <= BOOKLETS_PER_BOX_MAX:
        raise BoxSizeWrong(box_size=box_size, most=BOOKLETS_PER_BOX_MAX)
    for each in destinations:
        if each.booklet_count < 1:
            raise PackingQuantityWrong(place=each.name, booklet_count=each.booklet_count)
    asked = sum(each.booklet_count for each in destinations)
    if asked > booklet_count or len(destinations) > DESTINATIONS_MAX:
        raise PackingTooMany(asked=asked, booklet_count=booklet_count)
    found: list[Box] = []
    first = 1
    runs = [(each, each.booklet_count) for each in destinations] + [(depot, booklet_count - asked)]
    for destination, left in runs:
        end = first + left
        while first < end:
            last = min(first + box_size, end) - 1
            found.append(Box(len(found) + 1, first, last, destination))
            first = last + 1
    return found


def even_split(booklet_count: int, parts: int) -> list[int]:
    """`booklet_count` in `parts` numbers that differ by one at most; the first ones have the odd booklets."""
    each, odd = divmod(booklet_count, parts)
    return [each + (rank < odd) for rank in range(parts)]
