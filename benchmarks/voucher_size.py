"""What a voucher weighs on disk: its row and its indexes, in a series just drawn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _drawing

NAME = "voucher-size"
UNIT = "bytes"
REFERENCE = "the promise: 220 bytes with its indexes"
LESS_IS_BETTER = True
GOAL = 1.0
VOUCHERS = 100_000
PROMISED_BYTES = 220.0


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _drawing.database("size"):
        from django.db import connection

        from carnet.gateways.database import acting_as_everything
        from carnet.ledger import operations as ledger
        from tests.factories.campaign import SYSTEM

        programme_id, agreement_id, operator_id = _drawing.prepared()

        def size() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_total_relation_size('ledger_voucher')")
                return int(cursor.fetchone()[0])

        def ours() -> float:
            before = size()
            with acting_as_everything(why="the benchmark draws"):
                series_id = _drawing.opened_series(programme_id, agreement_id, operator_id, booklets=VOUCHERS // 5)
                ledger.draw_vouchers(
                    series_id=series_id, first_rank=0, code_hashes=_drawing.hashes(programme_id, series_id, VOUCHERS), actor=SYSTEM
                )
            return (size() - before) / VOUCHERS

        yield ours, lambda: PROMISED_BYTES
