"""Another operator's places, as one place of ours that is in no directory: its organisation is owed and paid like any place's.

Two people agreed to the partner: this is carried out by the programme itself (carnet.continuity). Source: docs/decisions/0085-clearing-between-operators.md.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.places.models import Place, PlaceAcceptance
from carnet.places.rules.partners import NO_POSTCODE, PARTNERS


@transaction.atomic
def open_partner_place(
    *, organisation_id: int, name: str, services: Mapping[int, Sequence[str]], actor: Actor, request_id: UUID, at: datetime
) -> int:
    """The place of a clearing partner's organisation, accepting these programmes for these services from today; return its id.

    Programmes that are not named any more end today. Repeat: the same place, and nothing more.
    """
    assert actor.kind == "system", "two people have agreed: the programme carries it out"
    place = Place.objects.select_for_update(of=("self",)).filter(provenance=PARTNERS, national_id=str(organisation_id)).first()
    if place is None:
        place = Place.objects.create(
            provenance=PARTNERS, national_id=str(organisation_id), imported_at=at, content_hash=hashlib.blake2b(name.encode(), digest_size=16).digest(),
            name=name, postcode=NO_POSTCODE, updated_on=legal_day(at), operator_id=organisation_id,
        )  # fmt: skip
    if place.ended_on is not None:
        place.ended_on = None
        place.save(update_fields=["ended_on"])
    held = {each.programme_id: each for each in _holding(place.id, at)}
    gone = [each.id for programme_id, each in held.items() if programme_id not in services]
    PlaceAcceptance.objects.filter(id__in=gone).update(until_on=Greatest(F("from_on"), legal_day(at)))
    PlaceAcceptance.objects.bulk_create(
        PlaceAcceptance(
            place_id=place.id, programme_id=programme_id, service_codes=list(codes), from_on=legal_day(at), request_id=request_id,
        )
        for programme_id, codes in sorted(services.items())
        if programme_id not in held
    )  # fmt: skip
    return place.id


@transaction.atomic
def end_partner_place(*, organisation_id: int, actor: Actor, at: datetime) -> None:
    """Nothing more is accepted from a partner: what it is owed is paid all the same. Repeat: nothing more."""
    assert actor.kind == "system", "two people have agreed: the programme carries it out"
    place = Place.objects.select_for_update(of=("self",)).get(provenance=PARTNERS, national_id=str(organisation_id))
    PlaceAcceptance.objects.filter(id__in=[each.id for each in _holding(place.id, at)]).update(
        until_on=Greatest(F("from_on"), legal_day(at))
    )


def _holding(place_id: int, at: datetime) -> list[PlaceAcceptance]:
    day = legal_day(at)
    rows = PlaceAcceptance.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), place_id=place_id).exclude(until_on=F("from_on"))
    return list(rows.order_by("id"))
