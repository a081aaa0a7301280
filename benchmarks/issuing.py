"""Vouchers issued: codes drawn from the seed, keyed hashes, rows with their share patterns and indexes, committed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _drawing

NAME = "issuing"
UNIT = "vouchers/s"
REFERENCE = "Django's bulk_create of the same rows, codes and hashes included"
GOAL = 8.0
OURS, THEIRS = 100_000, 10_000


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _drawing.database("issuing"):
        from carnet.gateways.database import acting_as_everything
        from carnet.ledger import operations as ledger
        from carnet.ledger import queries
        from carnet.ledger.models import Voucher
        from tests.factories.campaign import SYSTEM

        programme_id, agreement_id, operator_id = _drawing.prepared()

        def series_of(vouchers: int) -> int:
            with acting_as_everything(why="the benchmark opens a series"):
                return _drawing.opened_series(programme_id, agreement_id, operator_id, booklets=vouchers // 5)

        def ours() -> float:
            series_id = series_of(OURS)
            started = time.perf_counter()
            with acting_as_everything(why="the benchmark draws"):
                ledger.draw_vouchers(
                    series_id=series_id, first_rank=0, code_hashes=_drawing.hashes(programme_id, series_id, OURS), actor=SYSTEM
                )
            return OURS / (time.perf_counter() - started)

        def theirs() -> float:
            series_id = series_of(THEIRS)
            started = time.perf_counter()
            with acting_as_everything(why="the benchmark draws as Django would"):
                row = queries.series(series_id)
                rows = [
                    Voucher(
                        id=row.first_voucher_id + rank, series_id=series_id, programme_id=programme_id,
                        booklet_id=row.first_booklet_id + rank // 5, code_hash=code_hash, pattern=0,
                    )
                    for rank, code_hash in enumerate(_drawing.hashes(programme_id, series_id, THEIRS))
                ]  # fmt: skip
                Voucher.objects.bulk_create(rows, batch_size=5_000)
            return THEIRS / (time.perf_counter() - started)

        yield ours, theirs
