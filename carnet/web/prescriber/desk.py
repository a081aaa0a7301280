"""What the screens of a desk read, as frozen values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import BookletView
from carnet.web.at_desk import nearest_places as nearest_places
from carnet.web.at_desk import organisation_of as organisation_of
from carnet.web.at_desk import programmes as programmes

BOOKLETS_AT_HAND = 6


@dataclass(frozen=True, slots=True)
class Stock:
    """Untouched booklets a desk has, and how many vouchers they hold when none was taken out of them."""

    booklet_count: int
    at_hand: tuple[BookletView, ...]


def choices(actor: Actor, at: datetime, *, to_give_only: bool = False) -> list[tuple[int, str]]:
    """The programmes of a desk, the latest first; `to_give_only` those whose booklets may still be handed over."""
    parts = distribution.participations(organisation_id=actor.organisation_id, at=at)
    found = funding.programmes({part.programme_id for part in parts})
    return [(each.id, each.name) for each in found if not to_give_only or distribution.days_left(each, at) > 0]


def stock(organisation_id: int, at: datetime) -> Stock:
    """What is in the cupboard and may still be given, the oldest booklets first."""
    lines = ledger.stock(holder_id=organisation_id, to_give_at=at)
    at_hand = ledger.booklets(holder_id=organisation_id, to_give_at=at, limit=BOOKLETS_AT_HAND)
    return Stock(sum(line.booklet_count for line in lines), tuple(at_hand))


def kept_from_ended_seasons(organisation_id: int, at: datetime) -> int:
    """How many booklets are still in the cupboard that may no longer be given: they go back to the operator."""
    everything = ledger.stock(holder_id=organisation_id)
    to_give = ledger.stock(holder_id=organisation_id, to_give_at=at)
    return sum(line.booklet_count for line in everything) - sum(line.booklet_count for line in to_give)


def given(organisation_id: int, at: datetime) -> tuple[distribution.DeskTotal, distribution.DeskTotal]:
    """What the desk gave today, and in the last thirty days."""
    today = start_of_day(legal_day(at))
    return (
        distribution.totals(organisation_id=organisation_id, since=today),
        distribution.totals(organisation_id=organisation_id, since=today - timedelta(days=30)),
    )


def booklet_serial(line: HandOverView) -> str:
    """The number on the first cover of a hand-over."""
    return ledger.serial_of_booklet(ledger.series(line.series_id), line.first_booklet_id)
