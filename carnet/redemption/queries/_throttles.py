"""How much guessing there is, for operators and for the installation's figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from carnet.redemption.models import BalanceTry
from carnet.redemption.rules import (
    BALANCE_EVERYWHERE_MAX,
    BALANCE_WINDOW,
    EVERYWHERE_FACTOR,
    GUESSES_MAX,
    GUESSES_WINDOW,
    PROGRAMME_FACTOR,
)


@dataclass(frozen=True, slots=True)
class Guessing:
    """Unknown and mistyped codes of the last quarter of an hour under one programme, or everywhere (programme_id 0)."""

    programme_id: int
    guess_count: int
    place_ids: tuple[int, ...]
    is_pressing: bool
    noticed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BalanceGuessing:
    """Wrong pairs of a number and a secret on the page for holders: of the last quarter of an hour, of the last 24 hours."""

    lately_count: int
    today_count: int
    is_pressing: bool


def balance_guessing(*, at: datetime) -> BalanceGuessing:
    """How much guessing there is on the page for holders. It belongs to no programme: anybody who sees guessing sees it."""
    wrong = BalanceTry.objects.filter(was_wrong=True, at__lte=at)
    lately, today = (wrong.filter(at__gt=at - since).count() for since in (BALANCE_WINDOW, timedelta(days=1)))
    return BalanceGuessing(lately, today, lately >= BALANCE_EVERYWHERE_MAX)


def guessing(*, at: datetime, programme_id: int | None = None) -> list[Guessing]:
    """Guesses by programme, as far as one sees, the most first; programmes without any are left out. `noticed_at`: the latest alarm."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.programme_id, count(*), array_agg(DISTINCT g.place_id),"
            " (SELECT max(p.at) FROM redemption_pressure p WHERE p.programme_id = g.programme_id AND p.at <= %s)"
            " FROM redemption_guess g WHERE g.at > %s AND g.at <= %s AND (%s::bigint IS NULL OR g.programme_id = %s)"
            " GROUP BY 1 ORDER BY 2 DESC, 1",
            [at, at - GUESSES_WINDOW, at, programme_id, programme_id],
        )
        rows = cursor.fetchall()
    return [Guessing(row[0], row[1], tuple(row[2]), row[1] >= PROGRAMME_FACTOR * GUESSES_MAX, row[3]) for row in rows]


def guessing_everywhere(*, at: datetime) -> Guessing:
    """Guesses of the whole installation. Call it seeing everything (``acting_as_everything``)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), array_remove(array_agg(DISTINCT place_id), NULL), (SELECT max(at) FROM redemption_pressure WHERE programme_id = 0 AND at <= %s)"
            " FROM redemption_attempt WHERE at > %s AND at <= %s AND reason IN ('code-mistyped', 'voucher-unknown')",
            [at, at - GUESSES_WINDOW, at],
        )
        count, place_ids, noticed_at = cursor.fetchone()
    return Guessing(0, count, tuple(place_ids or ()), count >= EVERYWHERE_FACTOR * GUESSES_MAX, noticed_at)
