"""How long each kind is kept here, what is held and what is late; the reports of the nights. Call it seeing everything."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from carnet.privacy.models import DataRequest, RetentionReport
from carnet.privacy.rules import RequestKind
from carnet.privacy.rules.periods import PERIODS, Period


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of data, now. `kept` and `unit`: as this installation keeps it."""

    code: str
    kept: int
    unit: str
    held: int
    late: int
    done_by: str
    basis: str
    gap: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one night found and forgot."""

    day: date
    at: datetime
    lines: tuple[dict[str, Any], ...]
    forgotten: int
    late: int
    digest: str


def kept_here(period: Period) -> int:
    """The period as this installation keeps it: what its settings say, within what is allowed."""
    return int(settings.KEPT.get(period.code, period.kept))


def standings(*, at: datetime) -> tuple[Standing, ...]:
    """Every period, counted now."""
    found = []
    with connection.cursor() as cursor:
        for each in PERIODS:
            kept = kept_here(each)
            cursor.execute(each.held, {})
            held = cursor.fetchone()[0]
            cursor.execute(each.late, {"at": at, "kept": kept})
            found.append(Standing(each.code, kept, each.unit, held, cursor.fetchone()[0], each.done_by, each.basis, each.gap))
    return tuple(found)


def reports(*, limit: int = 31) -> tuple[Report, ...]:
    """The latest nights, the newest first."""
    rows = RetentionReport.objects.order_by("-day")[:limit]
    return tuple(Report(row.day, row.at, tuple(row.lines), row.forgotten_count, row.late_count, bytes(row.digest).hex()) for row in rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """What people asked: erased since the beginning, and what is not finished."""

    erased: int
    waiting: int


def asked() -> Asked:
    """How many people were erased because they asked, and how many requests are open."""
    rows = DataRequest.objects.filter(kind=RequestKind.ERASE.value)
    return Asked(rows.exclude(done_at=None).count(), rows.filter(done_at=None).count())
