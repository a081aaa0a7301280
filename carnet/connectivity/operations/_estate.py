"""A landlord's residences and homes: brought in from a file, whole or not at all; changed and ended one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.connectivity import access
from carnet.connectivity.models import Connection, EstateFile, Home, Residence
from carnet.connectivity.operations._notes import note
from carnet.connectivity.rules import (
    LIVE,
    HomeUnknown,
    Part,
    ResidenceBusy,
    ResidenceIncomplete,
    ResidenceLine,
)
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may

_LIVE = [each.value for each in LIVE]


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What a file brought: how many residences and homes it says, and how many nobody knew."""

    file_id: int
    residences: int
    homes: int
    new_residences: int
    new_homes: int


@transaction.atomic
def bring_in_homes(
    *, programme_id: int, estate: Sequence[ResidenceLine], digest: bytes, actor: Actor, request_id: UUID, at: datetime
) -> BroughtIn:
    """Keep what a file says (`rules.read_estate`), all of it: new residences and homes are added, known ones take the file's words.

    Nothing is taken away: what the file leaves out stays. `digest`: SHA-256 of the file's bytes. Lock: the landlord's residences.
    Raises: NotAllowed, PartnerUnknown. Repeat: the same request_id gives the first answer.
    """
    check_may(actor, "connectivity.manage-residences")
    assert actor.organisation_id is not None, "a landlord brings its homes in"
    first = EstateFile.objects.filter(request_id=request_id, landlord_id=actor.organisation_id).first()
    if first is not None:
        return _brought(first)
    access.standing_partner(programme_id, actor.organisation_id, Part.LANDLORD)
    own = Residence.objects.select_for_update(of=("self",)).filter(programme_id=programme_id, landlord_id=actor.organisation_id)
    known = {row.reference: row for row in own}
    new_residences = _write_residences(programme_id, actor.organisation_id, estate, known)
    new_homes = _write_homes(programme_id, actor.organisation_id, estate, known)
    file = EstateFile.objects.create(
        programme_id=programme_id, landlord_id=actor.organisation_id, digest=digest, residence_count=len(estate),
        home_count=sum(len(each.homes) for each in estate), new_residence_count=new_residences, new_home_count=new_homes, brought_at=at,
        brought_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip
    facts = {"residences": file.residence_count, "homes": file.home_count, "new": [new_residences, new_homes], "digest": digest.hex()}
    note("homes-brought-in", ("estate-file", file.id), programme_id, facts, actor=actor, request_id=request_id, at=at)
    return _brought(file)


@transaction.atomic
def change_residence(
    *,
    residence_id: int,
    name: str,
    address: str,
    dwelling_count: int,
    has_fibre: bool | None,
    place_id: int | None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> None:
    """Change what is said of a residence. `place_id`: the shared room where lessons are given; the caller has checked that it is a place.

    Raises: NotAllowed, ResidenceUnknown, ResidenceIncomplete. Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.manage-residences")
    row = access.own_residence(actor, residence_id, lock=True)
    homes = Home.objects.filter(residence=row, ended_at=None).count()
    missing = [
        what for what, is_there in (("name", name.strip()), ("address", address.strip()), ("dwellings", dwelling_count >= max(homes, 1)))
        if not is_there
    ]  # fmt: skip
    if missing:
        raise ResidenceIncomplete(missing=tuple(missing), homes=homes)
    wanted = {
        "name": name.strip()[:120], "address": address.strip()[:200], "dwelling_count": dwelling_count, "has_fibre": has_fibre,
        "place_id": place_id,
    }  # fmt: skip
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    if not changed:
        return
    for column in changed:
        setattr(row, column, wanted[column])
    row.save(update_fields=changed)
    facts = {"changed": changed, "place": place_id}
    note("residence-changed", ("residence", row.id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def end_residence(*, residence_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A residence is sold or pulled down: nobody applies for it any more. Raises: NotAllowed, ResidenceUnknown, ResidenceBusy.

    Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.manage-residences")
    row = access.own_residence(actor, residence_id, lock=True)
    if row.ended_at is not None:
        return
    running = Connection.objects.filter(residence=row, state__in=_LIVE).count()
    if running:
        raise ResidenceBusy(connections=running)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    note("residence-ended", ("residence", row.id), row.programme_id, {}, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def end_home(*, home_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A home is no longer let. Raises: NotAllowed, HomeUnknown, ResidenceUnknown, ResidenceBusy. Repeat: it changes nothing."""
    check_may(actor, "connectivity.manage-residences")
    row = Home.objects.filter(id=home_id, landlord_id=actor.organisation_id).first()
    if row is None:
        raise HomeUnknown(home=home_id)
    access.own_residence(actor, row.residence_id, lock=True)
    if row.ended_at is not None:
        return
    running = Connection.objects.filter(home=row, state__in=_LIVE).count()
    if running:
        raise ResidenceBusy(connections=running)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    note("home-ended", ("home", row.id), row.programme_id, {}, actor=actor, request_id=request_id, at=at)


def _write_residences(programme_id: int, landlord_id: int, estate: Sequence[ResidenceLine], known: dict[str, Residence]) -> int:
    columns = ("name", "address", "postcode", "city", "commune", "dwelling_count")
    changed, added = [], []
    for said in estate:
        row = known.get(said.reference)
        if row is None:
            row = Residence(programme_id=programme_id, landlord_id=landlord_id, reference=said.reference, has_fibre=said.has_fibre)
            added.append(row)
        else:
            changed.append(row)
            if said.has_fibre is not None:
                row.has_fibre = said.has_fibre
        for column in columns:
            setattr(row, column, getattr(said, column))
        row.ended_at = None
    Residence.objects.bulk_update(changed, [*columns, "has_fibre", "ended_at"], batch_size=500)
    for row in Residence.objects.bulk_create(added, batch_size=500):
        known[row.reference] = row
    return len(added)


def _write_homes(programme_id: int, landlord_id: int, estate: Sequence[ResidenceLine], known: dict[str, Residence]) -> int:
    ids = [known[said.reference].id for said in estate]
    homes = {(row.residence_id, row.reference): row for row in Home.objects.filter(residence_id__in=ids)}
    changed, added = [], []
    for said in estate:
        residence = known[said.reference]
        for home in said.homes:
            row = homes.get((residence.id, home.reference))
            if row is None:
                row = Home(programme_id=programme_id, landlord_id=landlord_id, residence=residence, reference=home.reference)
                added.append(row)
            elif row.door != home.door or row.ended_at is not None:
                changed.append(row)
            row.door, row.ended_at = home.door, None
    Home.objects.bulk_update(changed, ["door", "ended_at"], batch_size=500)
    Home.objects.bulk_create(added, batch_size=500)
    return len(added)


def _brought(row: EstateFile) -> BroughtIn:
    return BroughtIn(row.id, row.residence_count, row.home_count, row.new_residence_count, row.new_home_count)
