"""Counting figures ahead: adding what is new, counting everything again, and saying whether both agree with the ledger.

One counting at a time: whoever comes second waits, then finds nothing left to count. Call them outside any tenant: each step sees everything, in
a transaction of its own, so that a counting that is stopped goes on where it was.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from carnet.gateways.database import acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.observatory.models import CountedClaim, DailyFigure, FigureBuild, FigureComparison, MonthlyFigure
from carnet.observatory.operations._monthly import months_again
from carnet.observatory.queries import deltas
from carnet.observatory.queries.comparing import Compared, compared

WHY = "figures are counted for every programme at once"
CLAIMS_AT_ONCE = 2_000
_ADD = f"""
WITH added AS (
  INSERT INTO observatory_dailyfigure AS f ({deltas.COLUMNS}, build_id) SELECT d.*, %(build)s FROM ({{delta}}) AS d ({deltas.COLUMNS})
  ON CONFLICT ON CONSTRAINT observatory_dailyfigure_once DO UPDATE SET count = f.count + EXCLUDED.count RETURNING f.programme_id, f.day)
SELECT programme_id, date_trunc('month', day)::date, count(*) FROM added GROUP BY 1, 2"""

# Transaction numbers are the whole server's: one left open in another database must not hold figures back here, so that only those that hold a
# lock on a table of this database count. A row is locked in before its transaction has a number, and the snapshot is taken before the locks are
# read: a transaction this misses has a number past the snapshot's. Numbers of locks are cut to 32 bits.
_OLDEST = """
WITH lock AS MATERIALIZED (SELECT * FROM pg_locks),
snapshot AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ahead),
running AS (
  SELECT (s.ahead - t.transactionid::text::bigint) & 4294967295 AS behind FROM snapshot s CROSS JOIN lock t
  WHERE t.locktype = 'transactionid' AND t.mode = 'ExclusiveLock' AND EXISTS (
    SELECT 1 FROM lock r WHERE r.locktype = 'relation' AND r.virtualtransaction = t.virtualtransaction
      AND r.database = (SELECT oid FROM pg_database WHERE datname = current_database())))
SELECT s.ahead - COALESCE((SELECT max(behind) FROM running WHERE behind < 2147483648), 0) FROM snapshot s"""

# Told after each step: how many steps are done, of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Counted:
    """What one counting changed: daily rows, months counted again; whether everything had to be counted."""

    build_id: int
    xid: int
    row_count: int
    month_count: int
    is_whole: bool = False


class _Changes:
    """Months that changed, by programme, and how many rows did."""

    def __init__(self) -> None:
        self.months: defaultdict[int, set[date]] = defaultdict(set)
        self.rows = 0

    def add(self, delta: str, values: Mapping[str, Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_ADD.format(delta=delta), values)
            for programme_id, month_on, count in cursor.fetchall():
                self.months[programme_id].add(month_on)
                self.rows += count


def refresh(*, at: datetime) -> Counted:
    """Count what was written since the last time, up to the oldest transaction still running. Nothing new: nothing is read but that.

    Before the first counting, and after a restore (transactions are numbered anew), everything is counted.
    """
    with acting_as_everything(why=WHY):
        build = _locked()
        high = _horizon()
        if build is not None and high >= build.xid:
            changes = _advance(build, high, at)
            return Counted(build.id, high, changes.rows, _count_months(build.id, changes))
    return rebuild(at=at)


def rebuild(*, at: datetime, again: bool = False, on_step: Progress | None = None, horizon: int | None = None) -> Counted:
    """Count everything from the first row, beside what is read meanwhile, then put it in its place; return what it holds.

    One that was stopped goes on, series by series, unless `again`. `horizon` counts up to that transaction instead of the oldest running: for
    whoever knows that none is, as a test in its own.
    """
    build_id = _begun(at, again or horizon is not None, horizon)
    while True:
        done, total = _next_series(build_id, at)
        if on_step is not None:
            on_step(done, total + 1)
        if done >= total:
            break
    while _some_claims(build_id):
        pass
    found = _finished(build_id, at, horizon)
    if on_step is not None:
        on_step(total + 1, total + 1)
    return found


def compare(*, at: datetime) -> Compared:
    """Compare the roll-ups with what they are counted from, keep the answer and, when they differ, write it in the journal."""
    with acting_as_everything(why="figures of every programme are compared with the ledger"):
        build = FigureBuild.objects.filter(is_current=True).first()
        found = compared(build_id=build.id if build else 0, xid=build.xid if build else 0)
        FigureComparison.objects.create(
            compared_at=at,
            build_id=found.build_id,
            xid_counted=found.xid,
            row_count=found.row_count,
            fault_count=len(found.faults),
            faults=[asdict(each) for each in found.faults],
        )
        if found.faults:
            journal.record(
                actor=Actor.system("figures"),
                action="observatory.figures-differ",
                subject=("figures", found.build_id),
                facts={"faults": len(found.faults)},
                at=at,
            )
    return found


def _locked() -> FigureBuild | None:
    """The current counting, held: a second one waits here, and then sees what the first one counted."""
    return FigureBuild.objects.filter(is_current=True).select_for_update().first()


def _horizon() -> int:
    """The oldest transaction that may still write here: no row below it can appear any more."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        return int(cursor.fetchone()[0])


def _advance(build: FigureBuild, high: int, at: datetime) -> _Changes:
    changes = _Changes()
    window = {"low": build.xid, "high": high, "build": build.id}
    with connection.cursor() as cursor:
        cursor.execute(deltas.ANYTHING, window)
        is_new = cursor.fetchone()[0]
    if is_new:
        _count_rows(window, changes)
    while _count_claims(build.id, high, changes):
        pass
    FigureBuild.objects.filter(id=build.id).update(xid=high, counted_at=at)
    return changes


def _count_rows(window: dict[str, Any], changes: _Changes) -> None:
    for delta in (deltas.orders, deltas.uses, deltas.recovered, deltas.handed, deltas.people, deltas.first_uses):
        changes.add(delta(series=False), window)
    with connection.cursor() as cursor:
        cursor.execute(deltas.RESTING, window)
        series_ids = [row[0] for row in cursor.fetchall()]
    if series_ids:
        changes.add(deltas.standing(), {**window, "series": series_ids})


def _count_claims(build_id: int, high: int, changes: _Changes) -> int:
    """Count payments that came, and take away those that went back; return how many, at most some thousands."""
    values = {"build": build_id, "high": high, "most": CLAIMS_AT_ONCE}
    counted = 0
    for statement, way in ((deltas.CLAIMS_GONE, -1), (deltas.CLAIMS_PAID, 1)):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows = cursor.fetchall()
        if rows:
            told = {"claims": [row[0] for row in rows], "days": [row[1] for row in rows], "way": way, "build": build_id}
            changes.add(deltas.payments(), told)
            counted += len(rows)
    return counted


def _count_months(build_id: int, changes: _Changes) -> int:
    for programme_id, months in sorted(changes.months.items()):
        months_again(build_id=build_id, programme_id=programme_id, months=sorted(months))
    return sum(len(months) for months in changes.months.values())


def _begun(at: datetime, again: bool, horizon: int | None) -> int:
    with acting_as_everything(why=WHY):
        high = horizon or _horizon()
        left = FigureBuild.objects.filter(whole_at=None).order_by("-id").select_for_update().first()
        if left is not None and not again and left.xid <= high:
            return left.id
        _forget(FigureBuild.objects.filter(whole_at=None).values_list("id", flat=True))
        total = len(ledger.series_list())
        return FigureBuild.objects.create(xid=high, started_at=at, counted_at=at, series_total=total).id


def _next_series(build_id: int, at: datetime) -> tuple[int, int]:
    """Count one more series; return how many are counted, of how many. What a series was opened after the start is counted at the end."""
    with acting_as_everything(why=WHY):
        build = FigureBuild.objects.select_for_update().get(id=build_id)
        if build.series_done >= build.series_total:
            return build.series_done, build.series_total
        series_id = min((each.id for each in ledger.series_list() if each.id > build.done_series_id), default=None)
        if series_id is None:
            build.series_total = build.series_done
        else:
            _count_series(build, series_id)
            build.done_series_id, build.series_done = series_id, build.series_done + 1
        build.save(update_fields=["done_series_id", "series_done", "series_total"])
        return build.series_done, build.series_total


def _count_series(build: FigureBuild, series_id: int) -> None:
    changes = _Changes()
    window = {"low": 0, "high": build.xid, "build": build.id, "series": [series_id]}
    for delta in (deltas.orders, deltas.uses, deltas.recovered, deltas.handed, deltas.people, deltas.first_uses):
        changes.add(delta(series=True), window)
    changes.add(deltas.standing(), window)


def _some_claims(build_id: int) -> int:
    with acting_as_everything(why=WHY):
        build = FigureBuild.objects.select_for_update().get(id=build_id)
        return _count_claims(build_id, build.xid, _Changes())


def _finished(build_id: int, at: datetime, horizon: int | None) -> Counted:
    """Catch up with what was written meanwhile, count the months, and be read from now on."""
    with acting_as_everything(why=WHY):
        _locked()
        build = FigureBuild.objects.select_for_update().get(id=build_id)
        _advance(build, horizon or _horizon(), at)
        months: defaultdict[int, set[date]] = defaultdict(set)
        for programme_id, day in (
            DailyFigure.objects.filter(build_id=build_id).order_by("programme_id", "day").values_list("programme_id", "day").distinct()
        ):
            months[programme_id].add(day.replace(day=1))
        for programme_id, found in sorted(months.items()):
            months_again(build_id=build_id, programme_id=programme_id, months=sorted(found))
        before = list(FigureBuild.objects.filter(is_current=True).values_list("id", flat=True))
        FigureBuild.objects.filter(id__in=before).update(is_current=False)
        FigureBuild.objects.filter(id=build_id).update(is_current=True, whole_at=at)
        _forget(before)
        journal.record(
            actor=Actor.system("figures"),
            action="observatory.figures-rebuilt",
            subject=("figures", build_id),
            facts={"series": build.series_done},
            at=at,
        )
        row_count = DailyFigure.objects.filter(build_id=build_id).count()
        xid = FigureBuild.objects.values_list("xid", flat=True).get(id=build_id)
        return Counted(build_id, xid, row_count, sum(len(found) for found in months.values()), is_whole=True)


def _forget(build_ids: Collection[int] | Sequence[int]) -> None:
    wanted = list(build_ids)
    if wanted:
        for model in (DailyFigure, MonthlyFigure, CountedClaim):
            model.objects.filter(build_id__in=wanted).delete()
        FigureBuild.objects.filter(id__in=wanted).delete()
