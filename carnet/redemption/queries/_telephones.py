"""The telephones of a place's organisation."""

from dataclasses import dataclass
from datetime import datetime

from carnet.kernel.actors import Actor
from carnet.redemption import access
from carnet.redemption.models import Telephone


@dataclass(frozen=True, slots=True)
class TelephoneLine:
    """One telephone, known by its last two digits. `confirmed_at` is None while the digits sent to it were not typed back."""

    id: int
    place_id: int
    last_digits: str
    language: str
    asked_at: datetime
    confirmed_at: datetime | None
    is_waiting: bool


def telephones(actor: Actor, *, at: datetime) -> tuple[TelephoneLine, ...]:
    """The telephones in service, and those that wait for their digits, the latest first."""
    rows = Telephone.objects.filter(organisation_id=actor.organisation_id or 0, revoked_at__isnull=True).order_by("-id")
    lines = [_line(row, at) for row in rows[:200]]
    return tuple(line for line in lines if line.confirmed_at is not None or line.is_waiting)


def telephone(actor: Actor, telephone_id: int, *, at: datetime) -> TelephoneLine:
    """One telephone of the actor's organisation. Raises: TelephoneUnknown."""
    return _line(access.own_telephone(actor, telephone_id), at)


def _line(row: Telephone, at: datetime) -> TelephoneLine:
    is_waiting = row.confirmed_at is None and row.confirmation_expires_at > at
    return TelephoneLine(row.id, row.place_id, row.last_digits, row.language, row.asked_at, row.confirmed_at, is_waiting)
