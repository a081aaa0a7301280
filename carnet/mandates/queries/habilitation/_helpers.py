"""Helpers of a structure: how far each is, what one still has to do oneself, and whether one may act."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import access
from carnet.mandates.models import HelperFile, HelperTest, Structure, TrainingSeat
from carnet.mandates.queries.habilitation._files import file_of_structure
from carnet.mandates.queries.habilitation._sealed import helper_said
from carnet.mandates.queries.habilitation._terms import TermsView, terms_in_force
from carnet.mandates.rules.habilitation import FileState, HelperStanding, HelperState, Position, check_acts, helper_state
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class HelperLine:
    """One helper, as its structure's lead and the operator see it. `session_id`: the training to come it has a seat in."""

    id: int
    organisation_id: int
    name: str
    email: str
    job: str
    position: Position
    state: HelperState
    person_id: int | None
    session_id: int | None
    seat_id: int | None
    trained_at: datetime | None
    passed_at: datetime | None
    last_score: int | None
    terms_version: int
    deactivated_at: datetime | None
    deactivated_because: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class MyHelp:
    """Where the person acting stands in the structure acted for. `terms`: those in force, None when the programme publishes none."""

    state: HelperState | None
    structure: FileState | None
    terms: TermsView | None
    accepted_version: int
    families: tuple[str, ...]


def helpers_of(organisation_id: int, *, actor: Actor, at: datetime) -> Sequence[HelperLine]:
    """The helpers of a structure of the actor's, by name; those deactivated last. Raises: NotAllowed, KeysUnreadable."""
    check_may(actor, "mandates.see-team" if actor.organisation_id == organisation_id else "mandates.see-structures")
    rows = HelperFile.objects.filter(organisation_id=organisation_id, erased_at=None).select_related("terms")
    lines = lines_of(list(rows.order_by("id")), at=at)
    return sorted(lines, key=lambda line: (line.state is HelperState.DEACTIVATED, line.name.casefold(), line.id))


def lines_of(rows: Sequence[HelperFile], *, at: datetime) -> list[HelperLine]:
    """Rows as lines: the same three statements whatever their number. Call it seeing them."""
    ids = [row.id for row in rows]
    seats = {
        seat.helper_id: seat
        for seat in TrainingSeat.objects.filter(helper_id__in=ids, given_back_at=None, came=None, session__cancelled_at=None)
        .filter(session__ends_at__gt=at)
        .only("id", "helper_id", "session_id")
    }
    scores: dict[int, int] = dict(HelperTest.objects.filter(helper_id__in=ids).order_by("noted_at", "id").values_list("helper_id", "score"))
    versions = {programme_id: _version(programme_id, at) for programme_id in {row.programme_id for row in rows}}
    return [_line(row, seats.get(row.id), scores.get(row.id), versions[row.programme_id]) for row in rows]


def standing_of(row: HelperFile, *, booked: bool = False) -> HelperStanding:
    """What a row says of a helper. `booked`: whether a seat waits for them."""
    return HelperStanding(
        trained=row.trained_at is not None,
        passed=row.passed_at is not None,
        booked=booked,
        has_account=row.person_id is not None,
        terms_version=row.terms.version if row.terms is not None else 0,
        deactivated=row.deactivated_at is not None,
    )


def my_help(*, actor: Actor, at: datetime) -> MyHelp:
    """Where the actor stands as a helper of the structure acted for: four statements. Raises: NotAllowed."""
    check_may(actor, "home.helper")
    structure, file, row, terms = _around(actor, at)
    families = tuple(structure.families) if structure is not None else ()
    state = helper_state(standing_of(row), terms_version=terms.version if terms else 0) if row is not None else None
    version = row.terms.version if row is not None and row.terms is not None else 0
    return MyHelp(state, file, terms, version, families)


def check_may_act(*, actor: Actor, at: datetime) -> None:
    """Refuse to sign or act for whoever is not an active helper of a standing structure. Programs are not asked.

    Raises: StructureSuspended, HelperNotActive, HelperTermsNotAccepted.
    """
    if actor.kind == "system":
        return
    _structure, file, row, terms = _around(actor, at)
    check_acts(standing_of(row) if row is not None else None, terms_version=terms.version if terms else 0, structure=file)


def trained_elsewhere(mark: bytes, programme_id: int) -> tuple[datetime, datetime] | None:
    """When somebody of this address was trained, and passed, in any structure of the programme: it counts in all."""
    with acting_as_everything(why="a training counts in every structure of a programme"):
        rows = HelperFile.objects.filter(email_mark=mark, programme_id=programme_id, trained_at__isnull=False, passed_at__isnull=False)
        found = rows.order_by("passed_at").values_list("trained_at", "passed_at").first()
    return (found[0], found[1]) if found is not None and found[0] is not None and found[1] is not None else None


def structures_of_programmes(programme_ids: Collection[int], *, actor: Actor) -> dict[int, tuple[int, int]]:
    """How many helpers each structure of these programmes put forward, and how many are active, by organisation. Raises: NotAllowed."""
    check_may(actor, "mandates.see-structures")
    counts: dict[int, tuple[int, int]] = {}
    rows = HelperFile.objects.filter(programme_id__in=programme_ids, deactivated_at=None)
    for organisation_id, active_at in rows.order_by().values_list("organisation_id", "active_at"):
        everybody, active = counts.get(organisation_id, (0, 0))
        counts[organisation_id] = (everybody + 1, active + (active_at is not None))
    return counts


def helper(helper_id: int, *, actor: Actor, at: datetime) -> HelperLine:
    """One helper of the actor's structure or programme. Raises: NotAllowed, HelperUnknown."""
    row = access.helper_file(actor, helper_id)
    check_may(actor, "mandates.see-team" if actor.organisation_id == row.organisation_id else "mandates.see-structures")
    return lines_of([row], at=at)[0]


def _around(actor: Actor, at: datetime) -> tuple[Structure | None, FileState | None, HelperFile | None, TermsView | None]:
    organisation_id = actor.organisation_id or 0
    structure = Structure.objects.filter(organisation_id=organisation_id).first()
    file = file_of_structure(organisation_id)
    own = Q(person_id=actor.person_id or 0)
    row = HelperFile.objects.filter(own, organisation_id=organisation_id, erased_at=None).select_related("terms").first()
    terms = terms_in_force(structure.programme_id, at=at) if structure is not None else None
    return structure, FileState(file.state) if file is not None else None, row, terms


def _version(programme_id: int, at: datetime) -> int:
    terms = terms_in_force(programme_id, at=at)
    return terms.version if terms is not None else 0


def _line(row: HelperFile, seat: TrainingSeat | None, score: int | None, terms_version: int) -> HelperLine:
    said = helper_said(row)
    return HelperLine(
        id=row.id,
        organisation_id=row.organisation_id,
        name=said.name,
        email=said.email,
        job=said.job,
        position=said.position,
        state=helper_state(standing_of(row, booked=seat is not None), terms_version=terms_version),
        person_id=row.person_id,
        session_id=seat.session_id if seat is not None else None,
        seat_id=seat.id if seat is not None else None,
        trained_at=row.trained_at,
        passed_at=row.passed_at,
        last_score=score,
        terms_version=row.terms.version if row.terms is not None else 0,
        deactivated_at=row.deactivated_at,
        deactivated_because=row.deactivated_because,
        added_at=row.added_at,
    )
