"""An organisation's own redemptions page by page, for its own programs: stable however many are added meanwhile."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.redemption.queries._redemptions import _series_facts, serial_of
from carnet.redemption.rules import RedemptionUnknown, parse_redemption_number, redemption_number

PAGE_MAX = 200

_COLUMNS = (
    "r.series_id, r.voucher_id, r.generation, r.programme_id, r.place_id, r.service_code, r.attended_on, r.channel, r.at, x.at"
    " FROM redemption_redemption r LEFT JOIN redemption_reversal x"
    " ON x.series_id = r.series_id AND x.voucher_id = r.voucher_id AND x.generation = r.generation"
)


class RedemptionState(StrEnum):
    """Whether a redemption stands."""

    REDEEMED = "redeemed"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class RedemptionFacts:
    """One redemption as its own organisation may read it. Unit: whole cents."""

    number: str
    voucher_serial: str
    programme_id: int
    place_id: int
    service: str
    attended_on: date
    channel: str
    value_cents: int
    redeemed_at: datetime
    reversed_at: datetime | None

    @property
    def state(self) -> RedemptionState:
        """Whether it stands."""
        return RedemptionState.REDEEMED if self.reversed_at is None else RedemptionState.REVERSED


# Where a page stops: the moment and the number of its last line.
Place = tuple[datetime, int, int, int]


@dataclass(frozen=True, slots=True)
class RedemptionPage:
    """Some redemptions, the latest first; `after` is where the next page begins, None at the end."""

    lines: tuple[RedemptionFacts, ...]
    after: Place | None


def redemption_page(
    *,
    actor: Actor,
    since: datetime | None = None,
    until: datetime | None = None,
    place_id: int | None = None,
    state: RedemptionState | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> RedemptionPage:
    """The actor's own redemptions between two instants (the second excluded), the latest first, at most 200 a page.

    A token of one place reads that place's only. A page begins strictly after `after`: what is added later never moves the others.
    Raises: NotAllowed.
    """
    check_may(actor, "redemption.see")
    assert 0 < limit <= PAGE_MAX, "a page has a size"
    conditions, values = _conditions(actor, since, until, place_id, state)
    if after is not None:
        conditions.append("(r.at, r.series_id, r.voucher_id, r.generation) < (%s, %s, %s, %s)")
        values += after
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} /* fan-out: of one organisation */ WHERE {' AND '.join(conditions)}"
            " ORDER BY r.at DESC, r.series_id DESC, r.voucher_id DESC, r.generation DESC LIMIT %s",
            [*values, limit + 1],
        )
        rows = cursor.fetchall()
    has_more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if has_more else None
    return RedemptionPage(tuple(_facts(row) for row in rows), (last[8], *last[:3]) if last is not None else None)


def own_redemption(*, actor: Actor, number: str) -> RedemptionFacts:
    """One of the actor's own redemptions. Raises: NotAllowed, RedemptionUnknown (another's reads like one that does not exist)."""
    check_may(actor, "redemption.see")
    series_id, voucher_id, generation = parse_redemption_number(number)
    conditions, values = _conditions(actor, None, None, None, None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} WHERE r.series_id = %s AND r.voucher_id = %s AND r.generation = %s AND {' AND '.join(conditions)}",
            [series_id, voucher_id, generation, *values],
        )
        row = cursor.fetchone()
    if row is None:
        raise RedemptionUnknown(number=number[:80])
    return _facts(row)


def _conditions(
    actor: Actor, since: datetime | None, until: datetime | None, place_id: int | None, state: RedemptionState | None
) -> tuple[list[str], list[Any]]:
    conditions, values = ["r.organisation_id = %s"], [actor.organisation_id]
    asked: list[tuple[str, Any]] = [
        ("r.place_id = %s", actor.place_id),
        ("r.place_id = %s", place_id),
        ("r.at >= %s", since),
        ("r.at < %s", until),
    ]
    for condition, value in asked:
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if state is not None:
        conditions.append("x.at IS NULL" if state is RedemptionState.REDEEMED else "x.at IS NOT NULL")
    return conditions, values


def _facts(row: tuple[Any, ...]) -> RedemptionFacts:
    series_id, voucher_id, generation, programme_id, place_id, service, attended_on, channel, at, reversed_at = row
    return RedemptionFacts(
        number=redemption_number(series_id=series_id, voucher_id=voucher_id, generation=generation),
        voucher_serial=serial_of(series_id, voucher_id),
        programme_id=programme_id,
        place_id=place_id,
        service=service,
        attended_on=attended_on,
        channel=channel,
        value_cents=_series_facts(series_id)[3],
        redeemed_at=at,
        reversed_at=reversed_at,
    )
