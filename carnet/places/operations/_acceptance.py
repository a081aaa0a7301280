"""Places begin and cease to accept a programme, to be run by an organisation, to exist."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from carnet.funding.access import operated_programme
from carnet.funding.rules import ProgrammeTerms
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, check_allowed_now
from carnet.places import access
from carnet.places.models import Place, PlaceAcceptance
from carnet.places.rules import (
    AcceptanceDatesReversed,
    AcceptanceOverlaps,
    AcceptanceUnknown,
    AcceptanceWithoutPlace,
    OperatorNotRunningPlaces,
    ServiceOutsideProgramme,
)
from carnet.places.rules.services import checked_services

PLACES_MAX = 20_000


@transaction.atomic
def accept_programme(
    *,
    place_ids: Sequence[int],
    programme_id: int,
    service_codes: Sequence[str],
    from_on: date,
    until_on: date | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[int, ...]:
    """Let places accept a programme's vouchers for some services, from a day to another (exclusive; None: until further notice).

    All or nothing. Locks: the places, in the order of their ids. Gives the places' ids back.

    Raises: NotAllowed, ProgrammeUnknown, AcceptanceWithoutPlace, AcceptanceWithoutService, ServiceKindUnknown,
    ServiceOutsideProgramme, AcceptanceDatesReversed, PlaceUnknown, PlaceEnded, AcceptanceOverlaps.
    Repeat: the same request_id returns the same places.
    """
    check_allowed_now(actor, "places.accept", at)
    programme = operated_programme(actor, programme_id).terms
    wanted = tuple(sorted(set(place_ids)))
    if not 0 < len(wanted) <= PLACES_MAX:
        raise AcceptanceWithoutPlace(place_count_max=PLACES_MAX)
    if until_on is not None and until_on <= from_on:
        raise AcceptanceDatesReversed(from_on=from_on, until_on=until_on)
    codes = _services_of_programme(service_codes, programme)
    places = access.open_places_locked(wanted, on=from_on)
    first = PlaceAcceptance.objects.filter(request_id=request_id).order_by("place_id").values_list("place_id", flat=True)
    if first:
        return tuple(first)
    _check_no_overlap(places, programme_id, from_on, until_on)
    PlaceAcceptance.objects.bulk_create(
        PlaceAcceptance(
            place_id=place.id,
            programme_id=programme_id,
            service_codes=list(codes),
            from_on=from_on,
            until_on=until_on,
            request_id=request_id,
        )
        for place in places
    )
    journal.record(
        actor=actor,
        action="places.programme-accepted",
        subject=("programme", programme_id),
        facts={"place_ids": list(wanted), "service_codes": list(codes), "from_on": from_on, "until_on": until_on},
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )
    return wanted


def _services_of_programme(service_codes: Sequence[str], programme: ProgrammeTerms) -> tuple[str, ...]:
    codes = checked_services(tuple(service_codes))
    for code in codes:
        if code not in programme.service_codes:
            raise ServiceOutsideProgramme(service=code, programme=programme.name)
    return codes


def _check_no_overlap(places: Sequence[Place], programme_id: int, from_on: date, until_on: date | None) -> None:
    overlapping = PlaceAcceptance.objects.filter(place_id__in=[place.id for place in places], programme_id=programme_id)
    overlapping = overlapping.filter(Q(until_on__isnull=True) | Q(until_on__gt=from_on)).exclude(until_on=F("from_on"))
    if until_on is not None:
        overlapping = overlapping.filter(from_on__lt=until_on)
    clash = overlapping.order_by("place_id").values_list("place_id", flat=True).first()
    if clash is not None:
        raise AcceptanceOverlaps(place_id=clash, name=next(place.name for place in places if place.id == clash))


@transaction.atomic
def end_acceptance(*, place_id: int, programme_id: int, ended_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """End, from the day `ended_on`, a place's acceptance of a programme that holds on that day (or is still to come).

    What was redeemed before that day is not touched. Asking again for the same day changes nothing.

    Raises: NotAllowed, ProgrammeUnknown, PlaceUnknown, AcceptanceUnknown.
    """
    check_allowed_now(actor, "places.accept", at)
    operated_programme(actor, programme_id)
    place = access.managed_place_locked(actor, place_id)
    held = PlaceAcceptance.objects.filter(place_id=place.id, programme_id=programme_id)
    if held.filter(until_on=ended_on).exists():
        return
    # An acceptance still to come ends the day it would have begun: an empty period, kept for the record.
    changed = (
        held.filter(Q(until_on__isnull=True) | Q(until_on__gt=ended_on))
        .exclude(until_on=F("from_on"))
        .update(until_on=Greatest(F("from_on"), ended_on))
    )
    if not changed:
        raise AcceptanceUnknown(place_id=place_id, programme_id=programme_id)
    journal.record(
        actor=actor,
        action="places.acceptance-ended",
        subject=("place", place.id),
        facts={"ended_on": ended_on},
        programme_id=programme_id,
        organisation_id=place.operator_id,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def end_place(*, place_id: int, ended_on: date, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Close a place for good from the day `ended_on`: it leaves the directory, and its acceptances end that day at the latest.

    Its page stays and says so. Asking again for the same day changes nothing.

    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, PlaceOfAnotherOperator.
    """
    check_allowed_now(actor, "places.edit", at)
    place = access.managed_place_locked(actor, place_id)
    if place.ended_on == ended_on:
        return
    if place.operator_id is None or place.operator_id != actor.organisation_id:
        access.check_no_other_operators(actor, [place], on=legal_day(at))
    place.ended_on = ended_on
    place.save(update_fields=["ended_on"])
    ended_count = PlaceAcceptance.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=ended_on), place_id=place.id).update(
        until_on=Greatest(F("from_on"), ended_on)
    )
    journal.record(
        actor=actor,
        action="places.place-ended",
        subject=("place", place.id),
        facts={"ended_on": ended_on, "acceptance_count": ended_count},
        organisation_id=place.operator_id or actor.organisation_id,
        request_id=request_id,
        at=at,
    )


@transaction.atomic
def attach_operator(*, place_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say which organisation runs a place: it redeems there and is paid for it. Asking again changes nothing.

    Raises: NotAllowed, OrganisationUnknown, OperatorNotRunningPlaces, PlaceUnknown, PlaceEnded, PlaceOfAnotherOperator.
    """
    check_allowed_now(actor, "places.accept", at)
    organisation = parties.organisation(organisation_id)
    if OrganisationKind.PLACE_OPERATOR not in organisation.kinds:
        raise OperatorNotRunningPlaces(organisation=organisation.name)
    (place,) = access.open_places_locked([place_id], on=legal_day(at))
    if place.operator_id == organisation_id:
        return
    access.check_no_other_operators(actor, [place], on=legal_day(at))
    previous_id = place.operator_id
    place.operator_id = organisation_id
    place.save(update_fields=["operator"])
    journal.record(
        actor=actor,
        action="places.operator-attached",
        subject=("place", place.id),
        facts={"previous_organisation_id": previous_id},
        organisation_id=organisation_id,
        request_id=request_id,
        at=at,
    )
