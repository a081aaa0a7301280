"""An error reported by anybody, and answered by whoever keeps the place."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now
from carnet.places import access
from carnet.places.models import Place, PlaceReport
from carnet.places.operations._edits import edit_place
from carnet.places.queries import accepted
from carnet.places.rules.errors import (
    CONTACT_KEPT,
    COUNTED_OVER,
    SUBJECT_BY_CODE,
    ReportAnswered,
    ReportNumber,
    ReportState,
    check_flow,
    checked_answer,
    checked_report,
    is_email,
)
from carnet.places.rules.standard import FIELD_BY_NAME


@dataclass(frozen=True, slots=True)
class Reported:
    """What is told to whoever reported: the number that opens the answer."""

    id: int
    number: str


@transaction.atomic
def report_error(
    *, place_id: int, about: str, said: str, contact: str, from_here: int, actor: Actor, request_id: UUID, at: datetime
) -> Reported:
    """Report an error on the page of a place: `about` a code of `rules.errors.SUBJECTS`. Nobody is asked who they are.

    `from_here` counts the reports the door saw from the same address in the last hour; alone it stops nothing.
    Whoever runs the place and the operators of its programmes are told. Lock: none, a report changes nothing else.
    Raises: PlaceUnknown, ReportEmpty, NirInText, IbanInText, TooManyReports.
    Repeat: the same request_id gives the first number again.
    """
    place = access.place(place_id)
    about, said, contact = checked_report(about=about, said=said, contact=contact)
    with acting_as_everything(why="how many reports come in, and whether this one came already"):
        first = PlaceReport.objects.filter(request_id=request_id, place_id=place_id).first()
        if first is not None:
            return Reported(first.id, ReportNumber(first.number).printed())
        recent = PlaceReport.objects.filter(reported_at__gt=at - COUNTED_OVER)
        check_flow(from_here=from_here, of_place=recent.filter(place_id=place_id).count(), everywhere=recent.count())
    operator_ids = _operators(place, at)
    readers = [each for each in (place.operator_id, *operator_ids) if each is not None]
    # Where there is nobody at all yet, the report waits for the first operator's program.
    with acting_as(organisation_ids=readers) if readers else acting_as_everything(why="nobody keeps the directory yet"):
        row = PlaceReport.objects.create(
            place=place,
            organisation_id=place.operator_id,
            operator_ids=operator_ids,
            number=str(_drawn()),
            about=about,
            said=said,
            contact=contact,
            reported_at=at,
            request_id=request_id,
        )
        for organisation_id in readers[:1]:
            notices.post(
                kind="places.error-reported",
                to_organisation_id=organisation_id,
                context={"place": place.name, "about": SUBJECT_BY_CODE[about].label, "reported_at": at.isoformat()},
                at=at,
            )
        journal.record(
            actor=actor,
            action="places.error-reported",
            subject=("place", place.id),
            facts={"report": row.id, "about": about},
            organisation_id=place.operator_id,
            request_id=request_id,
            at=at,
        )
    return Reported(row.id, ReportNumber(row.number).printed())


def _operators(place: Place, at: datetime) -> list[int]:
    """The operators of the programmes a place accepts; when it accepts none, every operator keeps the directory."""
    programme_ids = {each.programme_id for each in accepted(place.id, at=at)}
    of_programmes = {each.operator_id for each in funding.programmes(programme_ids)}
    return sorted(of_programmes or parties.ids_of_kind(OrganisationKind.OPERATOR))


def _drawn() -> ReportNumber:
    """A number nobody has."""
    while True:
        number = ReportNumber.from_drawn(secrets.randbelow(ReportNumber.DRAWN_MAX))
        with access.presenting_report(number):
            if not PlaceReport.objects.filter(number=str(number)).exists():
                return number


@transaction.atomic
def answer_report(
    *, report_id: int, accepted: bool, answer: str, correction: str | None = None, actor: Actor, request_id: UUID, at: datetime
) -> tuple[str, ...]:
    """Answer a report: accepted, and `correction` (if any) becomes the value of the field it is about; or refused, and why.

    The answer is read by whoever has the number, and sent to the address left for it, which is erased. Gives the fields changed.
    Locks: the report, then the place.
    Raises: NotAllowed, ReportUnknown, ReportAnswered, AnswerMissing, EditRefused, NirInText, IbanInText.
    """
    check_allowed_now(actor, "places.edit", at)
    row = access.managed_report(actor, report_id, lock=True)
    if row.state != ReportState.WAITING:
        raise ReportAnswered(answered_at=row.answered_at)
    text, field = checked_answer(answer), SUBJECT_BY_CODE[row.about].field
    changed: tuple[str, ...] = ()
    if accepted and correction is not None and field:
        changed = edit_place(place_id=row.place_id, said={field: correction}, actor=actor, request_id=request_id, at=at)
        _remember_report(row, changed)
    contact, row.contact = row.contact, ""
    row.state, row.answer = (ReportState.ACCEPTED if accepted else ReportState.REFUSED).value, text
    row.answered_at, row.answered_by_id = at, actor.organisation_id
    row.save(update_fields=["contact", "state", "answer", "answered_at", "answered_by_id"])
    if is_email(contact):
        notices.post(
            kind="places.report-answered",
            to_email=contact,
            context={"place": row.place.name, "number": ReportNumber(row.number).printed(), "is_accepted": accepted, "answer": text},
            at=at,
        )
    journal.record(
        actor=actor,
        action="places.report-answered",
        subject=("place", row.place_id),
        facts={"report": row.id, "accepted": accepted, "fields": list(changed)},
        organisation_id=row.organisation_id,
        request_id=request_id,
        at=at,
    )
    return changed


def _remember_report(row: PlaceReport, changed: tuple[str, ...]) -> None:
    """Keep with each corrected field the report that led to it."""
    place = Place.objects.select_for_update(of=("self",)).get(id=row.place_id)
    columns = [FIELD_BY_NAME[name].column for name in changed]
    for column in columns:
        if column in place.origins:
            place.origins[column] = {**place.origins[column], "report": row.id}
    place.save(update_fields=["origins"])


def forget_contacts(*, at: datetime) -> int:
    """Erase what was left to be answered by, of reports nobody answered for three months. Call it seeing everything."""
    old = PlaceReport.objects.filter(reported_at__lte=at - CONTACT_KEPT).exclude(contact="")
    return old.update(contact="")
