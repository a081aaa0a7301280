"""A complaint filed: by anybody on the public page, by the line or a desk for a person, by a place of its operator."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.helpline import access
from carnet.helpline.models import Complaint
from carnet.helpline.operations._lines import add_line, note, say_again
from carnet.helpline.queries import own_delays
from carnet.helpline.rules import (
    ABOUT_A_PLACE,
    ComplaintAboutNobody,
    ComplaintKind,
    ComplaintNumber,
    Filer,
    Said,
    check_filer,
    check_flow,
    checked_contact,
    checked_words,
    due_on,
)
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_may
from carnet.places import queries as places


@dataclass(frozen=True, slots=True)
class Filed:
    """What is told to whoever complains: the number and the secret that open the answer, and the day before which it comes."""

    id: int
    number: str
    secret: str
    due_on: date


@dataclass(frozen=True, slots=True)
class _About:
    """What a complaint is about, once looked up."""

    programme_id: int | None
    operator_ids: tuple[int, ...]
    place_id: int | None
    place_organisation_id: int | None
    booklet: tuple[int, int] | None


@transaction.atomic
def file_complaint(
    *,
    kind: ComplaintKind,
    said: str,
    filed_by: Filer,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    programme_id: int | None = None,
    place_id: int | None = None,
    serial: str = "",
    contact: str = "",
    language: str = "fr",
    from_here: int = 0,
) -> Filed:
    """File a complaint; the operator that answers it is found from the programme, the booklet's or voucher's number, the place, or who files.

    Nobody is asked who they are. `contact`: an address or telephone left to be answered by, sealed. `from_here`: how many the door saw
    from the same address in the last hour. Lock: none, a complaint changes nothing else.
    Raises: NotAllowed, ComplaintKindNotYours, ComplaintEmpty, ContactInvalid, ComplaintAboutNobody, TooManyComplaints, PlaceUnknown,
    ProgrammeUnknown, BookletUnknown, VoucherSerialUnknown, SerialMistyped, NirInText, IbanInText, CardInText, CodeInText.
    Repeat: the same request_id gives the first number and secret again.
    """
    if filed_by is not Filer.PERSON:
        check_may(actor, "helpline.file-complaint")
    check_filer(kind, filed_by)
    words, left = checked_words(said), checked_contact(contact)
    with acting_as_everything(why="whether this complaint came already, whoever reads it"):
        first = Complaint.objects.filter(request_id=request_id).first()
    if first is not None:
        return _filed(first)
    check_flow(from_here)
    about = _about(kind, filed_by, programme_id, place_id, serial, actor, at)
    filer_id = actor.organisation_id if filed_by is not Filer.PERSON else None
    readers = sorted({*about.operator_ids, *([filer_id] if filer_id is not None else [])})
    number = _drawn()
    # A visitor has no rows of its own: the complaint is written among those of whoever answers it.
    with acting_as(organisation_ids=readers):
        row = Complaint.objects.create(
            number=str(number), kind=kind.value, filed_by=filed_by.value, programme_id=about.programme_id,
            operator_ids=list(about.operator_ids), filer_organisation_id=filer_id, place_id=about.place_id,
            place_organisation_id=about.place_organisation_id, reader_ids=readers,
            series_id=about.booklet[0] if about.booklet else None, booklet_id=about.booklet[1] if about.booklet else None,
            sealed_contact=key_ring().seal_for(access.contact_person(str(number)), access.contact_purpose(str(number)), left.encode()) if left else None,
            language=language[:2] or "fr", filed_at=at, due_on=_due_on(kind, about, at), request_id=request_id,
        )  # fmt: skip
        add_line(row, Said.FILED, words, readers=readers, actor=actor, request_id=say_again(request_id, Said.FILED), at=at)
        for operator_id in about.operator_ids:
            notices.post(
                kind="helpline.complaint-filed",
                to_organisation_id=operator_id,
                context={"number": number.printed(), "due_on": row.due_on.isoformat()},
                at=at,
            )
        note("complaint-filed", row, {"kind": kind.value, "filed_by": filed_by.value}, actor=actor, request_id=request_id, at=at)
    return _filed(row)


def _about(
    kind: ComplaintKind, filed_by: Filer, programme_id: int | None, place_id: int | None, serial: str, actor: Actor, at: datetime
) -> _About:
    booklet = ledger.booklet_number(serial) if serial.strip() else None
    if programme_id is None and booklet is not None:
        programme_id = ledger.series(booklet[0]).programme_id
    place = places.place_card(place_id, at=at).summary if place_id is not None else None
    if programme_id is not None:
        programmes = [funding.programme(programme_id)]
    elif place is not None and place.acceptances:
        programmes = funding.programmes({each.programme_id for each in place.acceptances})
    else:
        programmes = funding.programmes(_own_programmes(filed_by, actor, at))
    operator_ids = tuple(sorted({each.operator_id for each in programmes})) or _only_operators(kind, filed_by, actor)
    if not operator_ids or (filed_by is Filer.LINE and actor.kind != "system" and actor.organisation_id not in operator_ids):
        raise ComplaintAboutNobody
    is_about_the_place = place is not None and kind in ABOUT_A_PLACE and filed_by is not Filer.PLACE
    return _About(
        programme_id=programmes[0].id if len(programmes) == 1 else None,
        operator_ids=operator_ids,
        place_id=place_id,
        place_organisation_id=place.operator_id if place is not None and is_about_the_place else None,
        booklet=booklet,
    )


def _own_programmes(filed_by: Filer, actor: Actor, at: datetime) -> Collection[int]:
    """The programmes of who files, when it names nothing else."""
    if actor.organisation_id is None:
        return ()
    if filed_by is Filer.DESK:
        return {each.programme_id for each in distribution.participations(organisation_id=actor.organisation_id, at=at)}
    if filed_by is Filer.PLACE:
        own = places.places_of([actor.organisation_id], at=at)
        return {each.programme_id for place in own for each in place.acceptances}
    return ()


def _only_operators(kind: ComplaintKind, filed_by: Filer, actor: Actor) -> tuple[int, ...]:
    """Whoever answers the telephone keeps what it notes; an installation's only operator, all of it; a page is everybody's."""
    if filed_by is Filer.LINE and actor.organisation_id is not None:
        return (actor.organisation_id,)
    found = parties.ids_of_kind(OrganisationKind.OPERATOR)
    return found if len(found) == 1 or kind is ComplaintKind.ACCESSIBILITY else ()


def _due_on(kind: ComplaintKind, about: _About, at: datetime) -> date:
    return due_on(kind, filed_at=at, own_days=own_delays(about.programme_id) if about.programme_id is not None else None)


def _drawn() -> ComplaintNumber:
    """A number nobody has."""
    while True:
        number = ComplaintNumber.from_drawn(secrets.randbelow(ComplaintNumber.DRAWN_MAX))
        with access.presenting(number):
            if not Complaint.objects.filter(number=str(number)).exists():
                return number


def _filed(row: Complaint) -> Filed:
    number = ComplaintNumber(row.number)
    return Filed(row.id, number.printed(), access.secret_for(number), row.due_on)
