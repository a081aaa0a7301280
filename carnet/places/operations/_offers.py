"""Declaring what a place offers, a step at a time. What is declared wins over the file, and the national fields follow it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_allowed_now
from carnet.places import access
from carnet.places.models import FreeSpace, Place, PlaceOffer, PlaceService, PlaceStop
from carnet.places.queries import locality, stops_of, taught_of
from carnet.places.queries._offers import declared_of
from carnet.places.rules.declaring import (
    COMMUNES_MAX,
    STOPS_MAX,
    ServiceSaid,
    SpaceSaid,
    StopSaid,
    check_count,
    checked_access,
    checked_languages,
    checked_note,
    checked_services,
    checked_space,
    checked_stop,
)
from carnet.places.rules.merging import edited
from carnet.places.rules.offers import NOTHING_DECLARED, OfferRefused, projected, traits
from carnet.places.rules.standard import COLUMNS, FIELD_BY_NAME

_FEES = FIELD_BY_NAME["frais_a_charge"].choices


@transaction.atomic
def declare_access(
    *,
    place_id: int,
    needs: Mapping[str, bool],
    note: str,
    languages: Sequence[str] | None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[str, ...]:
    """Say which needs a place answers (and which not), how to come in, and which languages are spoken besides French (None: not said).

    A need that is neither answered nor not is believed as the national file says. Gives the fields changed. Locks: the place.
    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, OfferRefused, NirInText, IbanInText.
    Repeat: saying the same again changes nothing.
    """
    place, offer = _open(place_id, actor, at)
    kept, said_of = checked_access(needs), dict(offer.access)
    changed = [f"access:{code}" for code in kept.keys() | said_of.keys() if kept.get(code) != said_of.get(code)]
    offer.access = kept
    changed += _set(offer, {"access_note": checked_note(note), "languages": checked_languages(languages)})
    return _close(place, offer, changed, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def declare_services(*, place_id: int, services: Sequence[ServiceSaid], actor: Actor, request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Say which services of the catalogue are taught at a place, how, and at what price each: the whole list, in place of the last.

    Gives the fields changed. Locks: the place.
    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, ServiceKindUnknown, OfferRefused, NirInText, IbanInText.
    Repeat: saying the same again changes nothing.
    """
    place, offer = _open(place_id, actor, at)
    kept = {each.service: each for each in checked_services(services)}
    known = {
        row.service: ServiceSaid(row.service, row.modes, row.price_cents, row.voucher_count, row.beyond_cents, row.note)
        for row in taught_of(place_id)
    }
    gone = known.keys() - kept.keys()
    PlaceService.objects.filter(place_id=place_id, service__in=gone).delete()
    moved = [code for code, each in kept.items() if known.get(code) != each]
    for code in moved:
        each = kept[code]
        values = {"modes": list(each.modes), "price_cents": each.price_cents, "voucher_count": each.voucher_count}
        PlaceService.objects.update_or_create(
            place_id=place_id, service=code, defaults={**values, "beyond_cents": each.beyond_cents, "note": each.note}
        )
    return _close(place, offer, [f"service:{code}" for code in (*gone, *moved)], actor=actor, request_id=request_id, at=at)


@transaction.atomic
def declare_cost(*, place_id: int, fees: Sequence[str], note: str, actor: Actor, request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Say whether a place is free, free on a condition, or paid (the national words), and what is paid beyond vouchers in plain words.

    Gives the fields changed. Locks: the place.
    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, OfferRefused, NirInText, IbanInText.
    Repeat: saying the same again changes nothing.
    """
    place, offer = _open(place_id, actor, at)
    for fee in fees:
        if fee not in _FEES:
            raise OfferRefused(field="fees", value=fee[:40])
    changed = _set(offer, {"cost_note": checked_note(note)})
    said = {"fees": [fee for fee in _FEES if fee in fees]}
    return _close(place, offer, changed, said, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def declare_moving(
    *,
    place_id: int,
    is_mobile: bool | None,
    stops: Sequence[StopSaid],
    has_home_visits: bool | None,
    home_communes: Sequence[str],
    home_note: str,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[str, ...]:
    """Say whether a place comes to people: its stops with their days and hours, and the communes (as typed) where it visits homes.

    Gives the fields changed. Locks: the place.
    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, LocalityUnknown, OfferRefused, NirInText, IbanInText.
    Repeat: saying the same again changes nothing.
    """
    place, offer = _open(place_id, actor, at)
    check_count("stops", stops, most=STOPS_MAX)
    check_count("home_communes", home_communes, most=COMMUNES_MAX)
    area = sorted({locality(each).code for each in home_communes}) if has_home_visits else []
    values = {"is_mobile": is_mobile, "has_home_visits": has_home_visits, "home_communes": area, "home_note": checked_note(home_note)}
    changed = _set(offer, values) + _stop_at(place_id, stops if is_mobile else ())
    return _close(place, offer, changed, actor=actor, request_id=request_id, at=at)


def _stop_at(place_id: int, stops: Sequence[StopSaid]) -> list[str]:
    wanted = []
    for each in stops:
        commune, (spot, hours) = locality(each.commune), checked_stop(each)
        wanted.append((commune.code, commune.name, spot, hours))
    if wanted == [(each.commune_code, each.commune, each.spot, each.hours) for each in stops_of(place_id)]:
        return []
    PlaceStop.objects.filter(place_id=place_id).delete()
    PlaceStop.objects.bulk_create(
        PlaceStop(place_id=place_id, commune_code=code, commune=name, spot=spot, hours=hours) for code, name, spot, hours in wanted
    )
    return ["stops"]


@transaction.atomic
def declare_free_space(*, place_id: int, space: SpaceSaid | None, actor: Actor, request_id: UUID, at: datetime) -> tuple[str, ...]:
    """Say what free digital space a place offers; None: none. One that closes keeps its row, for the seats that were booked.

    Gives the fields changed. Locks: the place.
    Raises: NotAllowed, PlaceUnknown, PlaceNotYours, OfferRefused, NirInText, IbanInText.
    Repeat: saying the same again changes nothing.
    """
    place, offer = _open(place_id, actor, at)
    changed = _set(offer, {"has_free_space": space is not None})
    row = FreeSpace.objects.filter(place_id=place_id).first()
    if space is None:
        if row is not None and row.closed_on is None:
            row.closed_on = legal_day(at)
            row.save(update_fields=["closed_on"])
    else:
        kept = checked_space(space)
        values: dict[str, Any] = {name: getattr(kept, name) for name in SpaceSaid.__dataclass_fields__}
        values["closed_on"] = None
        if row is None or any(getattr(row, name) != value for name, value in values.items()):
            FreeSpace.objects.update_or_create(place_id=place_id, defaults=values)
            changed = ["has_free_space"]
    return _close(place, offer, changed, actor=actor, request_id=request_id, at=at)


def _open(place_id: int, actor: Actor, at: datetime) -> tuple[Place, PlaceOffer]:
    check_allowed_now(actor, "places.edit", at)
    place = access.managed_place_locked(actor, place_id)
    return place, PlaceOffer.objects.filter(place_id=place_id).first() or PlaceOffer(place=place)


def _set(offer: PlaceOffer, values: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(offer, name) != value]
    for name in changed:
        setattr(offer, name, values[name])
    return changed


def _close(
    place: Place,
    offer: PlaceOffer,
    changed: Sequence[str],
    said: Mapping[str, Any] | None = None,
    *,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> tuple[str, ...]:
    """Write what was declared, who said it and when, then the national fields and the traits that follow from it."""
    today = legal_day(at)
    if changed:
        entry = {"organisation": actor.organisation_id, "on": today.isoformat(), "at": at.isoformat()}
        offer.origins = {**offer.origins, **dict.fromkeys(changed, entry)}
        offer.save()
    before = {column: getattr(place, column) for column in COLUMNS}
    declared = declared_of(Q(place_id=place.id)).get(place.id, NOTHING_DECLARED)
    made = edited(
        before,
        place.origins,
        {**(said or {}), **projected(before, declared)},
        source=place.provenance,
        before_at=place.imported_at,
        organisation_id=actor.organisation_id,
        on=today,
        at=at,
    )
    touched = tuple(sorted({*changed, *(column for column in (said or {}) if made.columns[column] != before[column])}))
    if touched:
        made.columns["updated_on"] = max(made.columns["updated_on"], today)
    for column, value in made.columns.items():
        setattr(place, column, value)
    place.origins, place.traits = made.origins, traits(made.columns, declared)
    place.save(update_fields=[*COLUMNS, "origins", "traits"])
    if touched:
        journal.record(
            actor=actor,
            action="places.offer-declared",
            subject=("place", place.id),
            facts={"fields": list(touched)},
            organisation_id=place.operator_id,
            request_id=request_id,
            at=at,
        )
    return touched
