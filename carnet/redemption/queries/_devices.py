"""Devices that accept without network: what they are told, what they sent, and what is waiting to be looked at."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from carnet.funding import queries as funding
from carnet.gateways.keys import FACTS, key_ring
from carnet.issuing.queries import keys as issuing_keys
from carnet.journal.rules import IdempotencyMismatch
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.places import queries as places
from carnet.redemption import access
from carnet.redemption.models import Device, UploadedItem
from carnet.redemption.rules import DEVICE_REFUSALS, REFUSALS, AttendedInvalid, Caps, PlaceRequired, RedemptionRefused

CONFIRMED = "confirmed"
LINES_MAX = 300
# Every refusal an item may have been answered with, by its code.
RECORDED: dict[str, type[Refusal]] = {
    **REFUSALS,
    **DEVICE_REFUSALS,
    **{kind.code: kind for kind in (CodeMistyped, AttendedInvalid, PlaceRequired, IdempotencyMismatch)},
}
# A season begins and ends rarely, and a device accepts few programmes: a list longer than this is a fault somewhere.
SERIES_MAX = 2_000


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device as its place and its operator see it. `waiting` is not known here: it is on the device.

    `beyond` is told of one device looked at alone: what it sent at once above its limits of today.
    """

    id: int
    organisation_id: int
    place_id: int
    place_name: str
    name: str
    caps: Caps
    enrolled_at: datetime
    revoked_at: datetime | None
    latest_seen_at: datetime | None
    confirmed_count: int
    refused_count: int
    broken_count: int
    beyond: "Beyond | None" = None


@dataclass(frozen=True, slots=True)
class Beyond:
    """The latest upload above a device's limits: when, and how many vouchers and whole cents were confirmed in it."""

    received_at: datetime
    count: int
    cents: int


@dataclass(frozen=True, slots=True)
class UploadedLine:
    """One acceptance without network, as it was received. `outcome`: 'confirmed', or the code of `refusal`."""

    counter: int | None
    received_at: datetime
    attended_on: date | None
    service: str
    outcome: str
    refusal: Refusal | None
    redemption_number: str
    voucher_serial: str
    value_cents: int | None
    follows: bool


@dataclass(frozen=True, slots=True)
class SignedFacts:
    """What a device must know of one programme to verify its QR codes, signed by the programme's first key."""

    programme_id: int
    text: str
    signature: bytes


def devices(actor: Actor, *, at: datetime) -> list[DeviceView]:
    """The devices an actor watches: its organisation's, or those of the places of the programmes it operates; the latest first."""
    with access.watched_places(actor, at=at) as place_ids:
        rows = Device.objects.order_by("-enrolled_at", "-id")
        if place_ids is not None:
            rows = rows.filter(place_id__in=place_ids)
        return _views(rows)


def device(actor: Actor, device_id: int, *, at: datetime) -> DeviceView:
    """One of them. Raises: DeviceUnknown."""
    with access.watched_places(actor, at=at) as place_ids:
        row = access.watched_device(device_id, place_ids)
        return replace(_views(Device.objects.filter(id=row.id))[0], beyond=_beyond(row))


def _beyond(row: Device) -> Beyond | None:
    """The device holds its own limits, and a good voucher is never refused for them; the server counts what comes, and says so."""
    confirmed = UploadedItem.objects.filter(device_id=row.id, outcome=CONFIRMED).values("received_at")
    uploads = confirmed.annotate(count=Count("id"), cents=Sum("value_cents")).filter(
        Q(count__gt=row.count_max) | Q(cents__gt=row.limit_cents)
    )
    latest = uploads.order_by("-received_at").first()
    return Beyond(latest["received_at"], latest["count"], latest["cents"]) if latest is not None else None


def _views(rows: QuerySet[Device]) -> list[DeviceView]:
    found = list(rows)
    counted = {
        each["device_id"]: each
        for each in UploadedItem.objects.filter(device_id__in=[row.id for row in found])
        .values("device_id")
        .annotate(
            confirmed=Count("id", filter=Q(outcome=CONFIRMED)),
            sent=Count("id"),
            broken=Count("id", filter=Q(follows=False) | Q(signed=False)),
        )
        .order_by("device_id")
    }
    names = places.names_of({row.place_id for row in found})
    views = []
    for row in found:
        counts = counted.get(row.id, {"confirmed": 0, "sent": 0, "broken": 0})
        views.append(
            DeviceView(
                id=row.id,
                organisation_id=row.organisation_id,
                place_id=row.place_id,
                place_name=names.get(row.place_id, ""),
                name=row.name,
                caps=Caps(row.count_max, row.limit_cents, row.hours_max),
                enrolled_at=row.enrolled_at,
                revoked_at=row.revoked_at,
                latest_seen_at=row.latest_seen_at,
                confirmed_count=counts["confirmed"],
                refused_count=counts["sent"] - counts["confirmed"],
                broken_count=counts["broken"],
            )
        )
    return views


def uploaded(actor: Actor, device_id: int, *, at: datetime) -> list[UploadedLine]:
    """What one device sent, the latest first. Raises: DeviceUnknown."""
    with access.watched_places(actor, at=at) as place_ids:
        row = access.watched_device(device_id, place_ids)
        lines = UploadedItem.objects.filter(device_id=row.id).order_by("-received_at", "-counter", "-id")
        return [_line(each) for each in lines[:LINES_MAX]]


def refused_lately(*, organisation_id: int, since: datetime) -> int:
    """How many acceptances without network were refused to an organisation since a moment."""
    return UploadedItem.objects.filter(organisation_id=organisation_id, received_at__gte=since).exclude(outcome=CONFIRMED).count()


def _line(row: UploadedItem) -> UploadedLine:
    return UploadedLine(
        row.counter,
        row.received_at,
        row.attended_on,
        row.service_code,
        row.outcome,
        refusal_told(row),
        row.redemption_number,
        row.voucher_serial,
        row.value_cents,
        row.follows,
    )


def refusal_told(row: UploadedItem) -> Refusal | None:
    """The refusal an item was answered with, with its facts; None if it was confirmed."""
    if row.outcome == CONFIRMED:
        return None
    kind: type[Refusal] = RECORDED.get(row.outcome, RedemptionRefused)
    facts = {"redeemed_at": row.told_at, "accepted_until": row.told_at, "revoked_at": row.told_at, "place_id": row.told_place_id}
    return kind(**{name: value for name, value in facts.items() if value is not None})


def facts_for(device: Device, *, at: datetime) -> list[SignedFacts]:
    """What a device holds to verify QR codes by itself: for each programme its place accepts, keys, series, services, limits.

    Never a list of vouchers, nothing about a person. They are good for the device's own hours. Signed by the programme's first
    key, which never leaves the ring: the device pins it when it enrols, and believes no other afterwards.
    """
    return [_signed_facts(device, each, at) for each in places.accepted(device.place_id, at=at)]


def _signed_facts(device: Device, acceptance: places.Acceptance, at: datetime) -> SignedFacts:
    programme_id, ring = acceptance.programme_id, key_ring()
    keys, ended = ring.public_keys(programme_id), issuing_keys.ended_versions(programme_id)
    rules = funding.rules_for_redemption(programme_id)
    series = [each for each in ledger.series_list(programme_id=programme_id) if _may_be_spent(each, at)][:SERIES_MAX]
    said = {
        "v": 1,
        "device": device.id,
        "place": device.place_id,
        "programme": programme_id,
        "name": rules.name,
        "phone": rules.phone,
        "issued_at": at.isoformat(),
        "good_until": (at + timedelta(hours=device.hours_max)).isoformat(),
        # What the device pins, even once its vouchers are no longer believed without network.
        "first": base64.b64encode(keys[0].raw).decode(),
        "keys": [{"version": key.version, "public": base64.b64encode(key.raw).decode()} for key in keys if key.version not in ended],
        "ended": sorted(ended),
        "series": [
            {"id": each.id, "value_cents": each.face_value_cents, "accepted_until": each.accepted_until.isoformat()} for each in series
        ],
        "services": [code for code in acceptance.service_codes if code in rules.service_codes],
        "costs": dict(rules.service_voucher_counts),
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return SignedFacts(programme_id, text, ring.sign(programme_id, FACTS, text.encode(), version=1))


def _may_be_spent(series: ledger.SeriesView, at: datetime) -> bool:
    return series.activated_at is not None and series.lapsed_at is None and at < series.accepted_until


def answered_before(device_id: int, hashes: Sequence[bytes]) -> dict[tuple[bytes, bool], UploadedItem]:
    """What was answered already, by the hash of an item's text and whether its signature held."""
    rows = UploadedItem.objects.filter(device_id=device_id, body_hash__in=list(hashes))
    return {(bytes(row.body_hash), row.signed): row for row in rows}
