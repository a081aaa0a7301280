"""Trainings: those to come with the seats left, and one with who comes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import Structure, TrainingSeat, TrainingSession
from carnet.mandates.queries.habilitation._helpers import HelperLine, lines_of
from carnet.mandates.rules.habilitation import Mode
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

TRAININGS_MAX = 200


@dataclass(frozen=True, slots=True)
class TrainingView:
    """A training, and how many of its seats are taken."""

    id: int
    programme_id: int
    title: str
    mode: Mode
    place: str
    note: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    cancelled_at: datetime | None

    @property
    def left(self) -> int:
        """The seats left."""
        return self.seats - self.taken


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat of a training: whose, of which structure, whether they came."""

    seat_id: int
    rank: int
    structure: str
    helper: HelperLine
    came: bool | None


def trainings_to_come(*, actor: Actor, at: datetime) -> Sequence[TrainingView]:
    """The trainings that the actor's structure may book, the next first. Raises: NotAllowed."""
    check_may(actor, "mandates.see-team")
    programme_id = Structure.objects.filter(organisation_id=actor.organisation_id or 0).values_list("programme_id", flat=True).first()
    if programme_id is None:
        return ()
    return _views(
        TrainingSession.objects.filter(programme_id=programme_id, starts_at__gt=at, cancelled_at=None).order_by("starts_at", "id")
    )


def trainings(*, actor: Actor, programme_ids: Collection[int]) -> Sequence[TrainingView]:
    """The trainings of the actor's programmes, the latest first. Raises: NotAllowed."""
    check_may(actor, "mandates.see-structures")
    return _views(TrainingSession.objects.filter(programme_id__in=programme_ids).order_by("-starts_at", "-id"))


def training(session_id: int, *, actor: Actor) -> TrainingView:
    """One training of a programme of the actor's. Raises: NotAllowed, TrainingUnknown."""
    check_may(actor, "mandates.see-structures")
    access.operated_training(actor, session_id)
    return _views(TrainingSession.objects.filter(id=session_id))[0]


def seats_of(session_id: int, *, actor: Actor, at: datetime) -> Sequence[SeatLine]:
    """Who comes to a training, by seat. Raises: NotAllowed, TrainingUnknown, KeysUnreadable."""
    check_may(actor, "mandates.see-structures")
    session = access.operated_training(actor, session_id)
    rows = list(TrainingSeat.objects.filter(session_id=session.id, given_back_at=None).select_related("helper__terms").order_by("rank"))
    lines = {line.id: line for line in lines_of([row.helper for row in rows], at=at)}
    names = parties.organisations({row.organisation_id for row in rows})
    return [SeatLine(row.id, row.rank or 0, names[row.organisation_id].name, lines[row.helper_id], row.came) for row in rows]


def taken_of(session_ids: Collection[int]) -> dict[int, int]:
    """How many seats of each training are taken, whoever has them."""
    with acting_as_everything(why="the seats of a training are taken by every structure of its programme"):
        rows = TrainingSeat.objects.filter(session_id__in=session_ids, given_back_at=None).order_by().values("session_id")
        return {row["session_id"]: row["n"] for row in rows.annotate(n=Count("id"))}


def _views(rows: Collection[TrainingSession]) -> list[TrainingView]:
    found = list(rows)[:TRAININGS_MAX]
    taken = taken_of([row.id for row in found])
    return [
        TrainingView(
            row.id, row.programme_id, row.title, Mode(row.mode), row.place, row.note, row.starts_at, row.ends_at, row.seats,
            taken.get(row.id, 0), row.cancelled_at,
        )
        for row in found
    ]  # fmt: skip
