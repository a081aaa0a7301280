"""A million vouchers drawn, really: how fast beside Django, and what each weighs on disk with its indexes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import _drawing

OURS, THEIRS = 1_000_000, 20_000


@contextmanager
def arena() -> Iterator["Million"]:
    with _drawing.database("million"):
        yield Million()


class Million:
    """One database in which millions are drawn, and what the latest came to."""

    def __init__(self) -> None:
        self.programme_id, self.agreement_id, self.operator_id = _drawing.prepared()
        self._bytes_each = 0.0

    def draw(self) -> float:
        """A million, in chunks that are each committed: codes, hashes, share patterns, rows, indexes. Vouchers a second."""
        series_id, before = self._series_of(OURS), self._size()
        started = time.perf_counter()
        _drawing.draw(self.programme_id, series_id, OURS)
        taken = time.perf_counter() - started
        self._bytes_each = (self._size() - before) / OURS
        return OURS / taken

    def draw_as_django(self) -> float:
        """The same rows, codes and hashes included, as `bulk_create` writes them. Vouchers a second."""
        from carnet.gateways.database import acting_as_everything
        from carnet.ledger import queries
        from carnet.ledger.models import Voucher

        series_id = self._series_of(THEIRS)
        started = time.perf_counter()
        with acting_as_everything(why="the benchmark draws as Django would"):
            row = queries.series(series_id)
            rows = [
                Voucher(
                    id=row.first_voucher_id + rank, series_id=series_id, programme_id=self.programme_id,
                    booklet_id=row.first_booklet_id + rank // 5, code_hash=code_hash, pattern=0,
                )
                for rank, code_hash in enumerate(_drawing.hashes(self.programme_id, series_id, THEIRS))
            ]  # fmt: skip
            Voucher.objects.bulk_create(rows, batch_size=5_000)
        return THEIRS / (time.perf_counter() - started)

    def bytes_each(self) -> float:
        """What one voucher of the latest million added to its table and its indexes."""
        if not self._bytes_each:
            self.draw()
        return self._bytes_each

    def _series_of(self, vouchers: int) -> int:
        from carnet.gateways.database import acting_as_everything

        with acting_as_everything(why="the benchmark opens a series"):
            return _drawing.opened_series(self.programme_id, self.agreement_id, self.operator_id, booklets=vouchers // 5)

    @staticmethod
    def _size() -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('ledger_voucher')")
            return int(cursor.fetchone()[0])
