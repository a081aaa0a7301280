"""The only ways from a number in an address to a row. Places are public; changing one is not."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction
from django.db.models import Q

from carnet.funding.access import operated_programme
from carnet.funding.rules import ProgrammeUnknown
from carnet.kernel.actors import Actor
from carnet.parties.access import presenting
from carnet.parties.rules import ROLES_OF_KIND, OrganisationKind, secret_hash
from carnet.places.models import JoiningDecision, JoiningFile, Place, PlaceAcceptance, PlaceFile, PlaceReport
from carnet.places.rules import PlaceEnded, PlaceFileUnknown, PlaceNotYours, PlaceOfAnotherOperator, PlaceUnknown
from carnet.places.rules.errors import ReportNumber, ReportUnknown
from carnet.places.rules.joining import JoiningDecisionUnknown, JoiningFileUnknown
from carnet.places.rules.partners import PARTNERS


def place(place_id: int) -> Place:
    """Any place, ended or not: a page that was printed must still answer. A clearing partner's has no page. Raises: PlaceUnknown."""
    found = Place.objects.filter(id=place_id).exclude(provenance=PARTNERS).first()
    if found is None:
        raise PlaceUnknown(place_id=place_id)
    return found


def open_places_locked(place_ids: Iterable[int], *, on: date) -> list[Place]:
    """Places still open on the day `on`, locked in the order of their ids. Raises: PlaceUnknown, PlaceEnded."""
    found = list(places_locked(place_ids).values())
    for each in found:
        check_open(each, on=on)
    return found


def places_locked(place_ids: Iterable[int]) -> dict[int, Place]:
    """Places, ended or not, locked in the order of their ids. Raises: PlaceUnknown."""
    wanted = set(place_ids)
    found = {each.id: each for each in Place.objects.select_for_update(of=("self",)).filter(id__in=wanted).order_by("id")}
    if missing := wanted - found.keys():
        raise PlaceUnknown(place_id=min(missing))
    return found


def check_open(found: Place, *, on: date) -> None:
    """Raises: PlaceEnded."""
    if found.ended_on is not None and found.ended_on <= on:
        raise PlaceEnded(place_id=found.id, name=found.name, ended_on=found.ended_on)


def managed_place_locked(actor: Actor, place_id: int) -> Place:
    """A place the actor keeps, locked: an operator's staff and programs any, a manager its organisation's own.

    Raises: PlaceUnknown, PlaceNotYours.
    """
    found = Place.objects.select_for_update(of=("self",)).filter(id=place_id).first()
    if found is None:
        raise PlaceUnknown(place_id=place_id)
    is_staff = actor.kind == "system" or not ROLES_OF_KIND[OrganisationKind.OPERATOR].isdisjoint(actor.roles)
    if not is_staff and (found.operator_id is None or found.operator_id != actor.organisation_id):
        raise PlaceNotYours(place_id=place_id, name=found.name)
    return found


def check_no_other_operators(actor: Actor, places: Iterable[Place], *, on: date) -> None:
    """Refuse to close, entrust or merge a place where another operator's vouchers are accepted: the directory is shared, its money is not.

    Raises: PlaceOfAnotherOperator.
    """
    if actor.kind == "system":
        return
    by_id = {each.id: each for each in places}
    standing = PlaceAcceptance.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=on), place_id__in=by_id)
    for place_id, programme_id in sorted(standing.values_list("place_id", "programme_id").distinct()):
        try:
            operated_programme(actor, programme_id)
        except ProgrammeUnknown:
            raise PlaceOfAnotherOperator(place_id=place_id, name=by_id[place_id].name) from None


@contextmanager
def presenting_report(number: ReportNumber) -> Iterator[None]:
    """Show the one report that has this number, to whoever holds it (docs/decisions/0024-what-a-place-offers.md)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.report', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.report', %s, true)", [str(number)])
        yield
        cursor.execute("SELECT set_config('carnet.report', %s, true)", [before])


def presented_report(number: ReportNumber) -> PlaceReport:
    """The report of this number, with its place. Raises: ReportUnknown."""
    with presenting_report(number):
        found = PlaceReport.objects.select_related("place").filter(number=str(number)).first()
    if found is None:
        raise ReportUnknown()
    return found


def managed_report(actor: Actor, report_id: int, *, lock: bool = False) -> PlaceReport:
    """A report the actor answers: of a place its organisation runs, or of its programmes (the wall hides the others).

    Raises: ReportUnknown.
    """
    rows = PlaceReport.objects.select_for_update(of=("self",)) if lock else PlaceReport.objects
    found = rows.select_related("place").filter(id=report_id).first()
    if found is None or not is_report_of(actor, found):
        raise ReportUnknown()
    return found


def is_report_of(actor: Actor, found: PlaceReport) -> bool:
    """Whether a report is for the organisation the actor acts for."""
    if actor.kind == "system":
        return True
    return actor.organisation_id is not None and actor.organisation_id in {found.organisation_id, *found.operator_ids}


# Whose files and mappings those of the command line are: the installation's.
INSTALLATION = 0


def owner_of_files(actor: Actor) -> int:
    """The organisation a file of places is sent for; 0 for the installation itself."""
    return actor.organisation_id or INSTALLATION


def place_file(actor: Actor, file_id: int, *, lock: bool = False) -> PlaceFile:
    """A file of places of the actor's organisation (the wall hides the others'). Raises: PlaceFileUnknown."""
    rows = PlaceFile.objects.select_for_update(of=("self",)) if lock else PlaceFile.objects
    found = rows.filter(id=file_id).first()
    is_theirs = found is not None and (actor.kind == "system" or found.organisation_id == owner_of_files(actor))
    if found is None or not is_theirs:
        raise PlaceFileUnknown(file_id=file_id)
    return found


def joining_file_of_link(secret: str) -> JoiningFile:
    """The application that a link opens, for reading; its own wall shows nothing else. Raises: JoiningFileUnknown."""
    with presenting(secret):
        found = JoiningFile.objects.select_related("programme", "terms").filter(secret_hash=secret_hash(secret)).first()
    if found is None or found.erased_at is not None:
        raise JoiningFileUnknown
    return found


def joining_file(actor: Actor, file_id: int, *, lock: bool = False) -> JoiningFile:
    """An application to a network the actor's operator runs, or its organisation's own. Raises: JoiningFileUnknown."""
    rows = JoiningFile.objects.select_related("programme", "terms")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(id=file_id).first()
    if found is None:
        raise JoiningFileUnknown
    if actor.kind == "system" or (found.organisation_id is not None and found.organisation_id == actor.organisation_id):
        return found
    try:
        operated_programme(actor, found.programme_id)
    except ProgrammeUnknown:
        raise JoiningFileUnknown from None
    return found


def joining_decision(actor: Actor, decision_id: int, *, lock: bool = False) -> JoiningDecision:
    """A decision about an application to a network the actor's operator runs; its file first when locked. Raises: JoiningDecisionUnknown."""
    found = JoiningDecision.objects.filter(id=decision_id).first()
    if found is None:
        raise JoiningDecisionUnknown
    try:
        joining_file(actor, found.file_id, lock=lock)
        if actor.kind != "system":
            operated_programme(actor, found.programme_id)
    except (JoiningFileUnknown, ProgrammeUnknown):
        raise JoiningDecisionUnknown from None
    rows = JoiningDecision.objects.select_related("file", "terms")
    return rows.select_for_update(of=("self",)).get(id=found.id) if lock else rows.get(id=found.id)
