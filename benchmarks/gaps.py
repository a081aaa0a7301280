"""Who is left far from any place, among two hundred thousand people who hold vouchers: every desk, every place, the table by commune.

One programme, 870 desks, 400 places, 2.2 million vouchers, a tenth of the booklets used up. Ten desks are an hour from any place.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from benchmarks import _millions

NAME = "gaps"
UNIT = "ms"
REFERENCE = "the promise: people far from any place found among 200,000 in a second"
GOAL = 1.0
LESS_IS_BETTER = True
PROMISE_MS = 1_000.0
AT = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
DESKS, PLACES, FAR = 870, 400, 10
_told: dict[str, int] = {}


def described() -> str:
    """The promise, and who was found."""
    return f"{REFERENCE}; {', '.join(f'{what} {count}' for what, count in _told.items())}"


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _millions.loaded("gaps", programmes=1, series=4, booklets=55_250, desks=DESKS, places=PLACES) as found:
        programme_id = found.programme_ids[0]
        _spread(programme_id)

        from carnet.gateways.database import acting_as
        from carnet.planning.queries import gaps

        def ours() -> float:
            with acting_as(programme_ids=[programme_id]):
                started = time.perf_counter()
                told = gaps.gap(gaps.ground_of([programme_id], at=AT), limit=30)
                took = (time.perf_counter() - started) * 1_000
            _told.update(people=told.people or 0, far=told.far or 0, communes=len(told.communes))
            return took

        yield ours, lambda: PROMISE_MS


def _spread(programme_id: int) -> None:
    """Places on a grid that take the vouchers, desks among them, ten of them far away."""
    from carnet.distribution.models import DeskPoint
    from carnet.gateways.database import acting_as_everything
    from carnet.places.models import Place
    from tests.factories.campaign import accept

    with acting_as_everything(why="the benchmark puts its desks and places on the map"):
        for rank, place in enumerate(Place.objects.order_by("id")):
            Place.objects.filter(id=place.id).update(latitude=47.0 + (rank % 20) * 0.05, longitude=-1.5 + (rank // 20) * 0.07)
            accept(place.id, programme_id)
        for rank, point in enumerate(DeskPoint.objects.filter(programme_id=programme_id).order_by("id")):
            latitude, longitude = 47.0 + (rank % 29) * 0.033, -1.5 + (rank // 29) * 0.045
            DeskPoint.objects.filter(id=point.id).update(latitude=45.9 if rank < FAR else latitude, longitude=longitude)
