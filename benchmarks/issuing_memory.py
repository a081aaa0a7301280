"""The memory of a million vouchers drawn, beside two hundred thousand, each in a process of its own."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _drawing

NAME = "issuing-memory"
UNIT = "MB at most"
REFERENCE = "the same for 200,000 vouchers"
LESS_IS_BETTER = True
GOAL = 1.05
ROUNDS = 1
MANY, FEW = 1_000_000, 200_000


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _drawing.database("drawn") as url:
        from django.conf import settings

        from carnet.gateways.database import acting_as_everything

        programme_id, agreement_id, operator_id = _drawing.prepared()
        surroundings = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks._settings", "CARNET_DATABASE_URL": url, "CARNET_KEYS_DIR": str(settings.KEYS_DIR),
            "CARNET_VAR_DIR": str(settings.VAR_DIR), "CARNET_LOG_LEVEL": "ERROR", "CARNET_SECRET_KEY": settings.SECRET_KEY,
        }  # fmt: skip

        def weighed(count: int) -> float:
            with acting_as_everything(why="the benchmark opens a series"):
                series_id = _drawing.opened_series(programme_id, agreement_id, operator_id, booklets=count // 5)
            return _drawing.megabytes(surroundings, programme_id, series_id, count)

        yield lambda: weighed(MANY), lambda: weighed(FEW)
