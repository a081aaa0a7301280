"""At which place an actor may spend a voucher, under which programmes' keys a code is looked for, and who a device is."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.gateways.device_keys import device_signs
from carnet.gateways.keys import TOKEN, Hasher, KeysMissing, key_ring
from carnet.issuing.rules import VoucherToken, code_input
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SecretCode
from carnet.parties.rules import ROLES_OF_KIND, OrganisationKind, Scope
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.redemption.models import Device, Sheet, Telephone
from carnet.redemption.rules import (
    UPLOAD,
    DeviceSignatureInvalid,
    DeviceUnknown,
    OperatorNotOfPlace,
    PlaceNotAccepted,
    PlaceRequired,
    SheetUnknown,
    TelephoneUnknown,
)

# How long a process remembers which programmes a place accepts. Only a matter of which keys to hash
# with: the database checks the acceptance itself at every redemption.
PLACE_KEYS_SECONDS = 10.0
PLACES_REMEMBERED_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A keyed hash a code may be kept under; `series_id` is 0 when the code does not name its series."""

    code_hash: bytes
    series_id: int = 0


@dataclass(frozen=True, slots=True)
class _PlaceKeys:
    hashers: tuple[Hasher, ...]
    programme_ids: frozenset[int]
    costs: Mapping[str, int]
    known_until: float


_remembered: dict[int, _PlaceKeys] = {}


def forget_place_keys() -> None:
    """Forget which programmes each place accepts (tests, and whoever has just changed them)."""
    _remembered.clear()


def place_of(actor: Actor, *, place_id: int | None, at: datetime) -> int:
    """The place a voucher is spent at: the one named, the token's, or the organisation's only one.

    Raises: PlaceNotAccepted (not this organisation's), PlaceRequired.
    """
    if actor.organisation_id is None:
        raise PlaceNotAccepted(place_id=place_id)
    if actor.place_id is not None:
        if place_id not in (None, actor.place_id):
            raise PlaceNotAccepted(place_id=place_id)
        return actor.place_id
    if place_id is not None:
        return place_id  # the database refuses a place that is not this organisation's
    own = places.places_of([actor.organisation_id], at=at)
    if len(own) != 1:
        raise PlaceRequired(places=len(own))
    return own[0].place_id


def candidates(text: str, *, place_id: int, at: datetime) -> list[Candidate]:
    """Under which hashes a typed or scanned code may be kept, for the programmes this place accepts.

    A token is believed only if one of those programmes signed it. An empty list is a code that
    cannot be known here. Raises: CodeMistyped, before any look-up.
    """
    read = code_input(text)
    if isinstance(read, SecretCode):
        return [Candidate(hasher(read.digits)) for hasher in _place_keys(place_id, at).hashers]
    return [Candidate(read.code_hash, read.series_id)] if _signed(read, place_id, at) else []


def hashes_everywhere(digits: str) -> list[bytes]:
    """Under which hashes a secret may be kept, whatever its programme: as many, and as long to make, for any secret."""
    ring = key_ring()
    return [ring.hasher(each.id, version)(digits) for each in funding.programmes() for version in ring.versions(each.id)]


def is_signed(token: VoucherToken, programme_id: int) -> bool:
    """Whether a programme signed the token of a QR code."""
    try:
        return key_ring().verify(programme_id, token.key_version, TOKEN, token.signed_part, token.signature)
    except KeysMissing:
        return False


def accepts_nothing(place_id: int, *, at: datetime) -> bool:
    """Whether a place accepts no programme's vouchers now (its label is suspended, or ended): any code is refused there, for that reason."""
    return not _place_keys(place_id, at).programme_ids


def vouchers_for(service: str, *, place_id: int, at: datetime) -> int:
    """How many vouchers a service costs at a place, when every programme it accepts says the same; else 1: the caller must say which go together.

    Only a matter of which to put together: the database asks the voucher's own programme.
    """
    return _place_keys(place_id, at).costs.get(service, 1)


def _costs(programme_ids: frozenset[int]) -> dict[str, int]:
    counts = [each.terms.service_voucher_counts for each in funding.programmes(programme_ids)]
    named = {service for each in counts for service in each}
    alike = {service: {each.get(service, 1) for each in counts} for service in named}
    return {service: found.pop() for service, found in alike.items() if len(found) == 1}


def _signed(token: VoucherToken, place_id: int, at: datetime) -> bool:
    return any(is_signed(token, programme_id) for programme_id in _place_keys(place_id, at).programme_ids)


def remember_places(place_ids: Collection[int], *, at: datetime) -> None:
    """Learn at once which programmes these places accept, those that are still known apart: before many codes of many places are read."""
    now = time.monotonic()
    unknown = [each for each in set(place_ids) if each not in _remembered or _remembered[each].known_until <= now]
    if not unknown:
        return
    ring, accepted = key_ring(), places.accepted_by(unknown, at=at)
    if len(_remembered) + len(unknown) > PLACES_REMEMBERED_MAX:
        _remembered.clear()
    alike: dict[frozenset[int], _PlaceKeys] = {}
    for place_id in unknown:
        programme_ids = frozenset(acceptance.programme_id for acceptance in accepted.get(place_id, ()))
        if programme_ids not in alike:
            hashers = tuple(
                ring.hasher(programme_id, version) for programme_id in sorted(programme_ids) for version in ring.versions(programme_id)
            )
            alike[programme_ids] = _PlaceKeys(hashers, programme_ids, _costs(programme_ids), now + PLACE_KEYS_SECONDS)
        _remembered[place_id] = alike[programme_ids]


def _place_keys(place_id: int, at: datetime) -> _PlaceKeys:
    known = _remembered.get(place_id)
    if known is None or known.known_until <= time.monotonic():
        remember_places([place_id], at=at)
        known = _remembered[place_id]
    return known


def presented_device(*, device_id: int, message: bytes, signature: bytes) -> Device:
    """The device that signed a request: the number it gives opens its own row, its key says whether to believe it.

    A revoked device is given too: what it sends is still recorded. Raises: DeviceUnknown, DeviceSignatureInvalid.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('carnet.device', %s, true)", [str(int(device_id))])
        device = Device.objects.filter(id=device_id).first()
        cursor.execute("SELECT set_config('carnet.device', '', true)")
    if device is None:
        raise DeviceUnknown(device=device_id)
    if not device_signs(bytes(device.public_key), UPLOAD, message, signature):
        raise DeviceSignatureInvalid(device=device_id)
    return device


def device_actor(device: Device) -> Actor:
    """A device as an actor: its place, its organisation's rows, and no right but to spend vouchers there."""
    return Actor(
        kind="token",
        label=f"device:{device.id}",
        organisation_id=device.organisation_id,
        organisation_ids=frozenset({device.organisation_id}),
        roles=frozenset({Scope.REDEMPTIONS_WRITE}),
        place_id=device.place_id,
        instrument=f"device:{device.id}",
    )


@contextmanager
def watched_places(actor: Actor, *, at: datetime) -> Iterator[tuple[int, ...] | None]:
    """Inside, the rows of the places whose devices an actor watches: its own (None: no further filter), or those of the
    programmes its organisation operates. An operator sees no other row of theirs: it steps in for this question alone.
    """
    if not ROLES_OF_KIND[OrganisationKind.OPERATOR].isdisjoint(actor.roles) and actor.organisation_id is not None:
        programmes = funding.programmes_of_operator(actor.organisation_id)
        place_ids = {place_id for each in programmes for place_id in places.places_accepting(each.id, at=at)}
        operators = {each.operator_id for each in places.summaries(place_ids, at=at) if each.operator_id is not None}
        with acting_as(organisation_ids=operators):
            yield tuple(sorted(place_ids))
        return
    with acting_as(organisation_ids=[actor.organisation_id] if actor.organisation_id is not None else []):
        yield None


def watched_device(device_id: int, place_ids: tuple[int, ...] | None, *, lock: bool = False) -> Device:
    """One device, inside `watched_places`. Raises: DeviceUnknown."""
    rows = Device.objects.select_for_update(of=("self",)) if lock else Device.objects
    device = rows.filter(id=device_id).first()
    if device is None or (place_ids is not None and device.place_id not in place_ids):
        raise DeviceUnknown(device=device_id)
    return device


# --- paper and telephones ---------------------------------------------------------------------------------


def sheet(actor: Actor, sheet_id: int, *, lock: bool = False) -> Sheet:
    """A sheet of the actor's organisation, or one that its operator opened or was entrusted with. Raises: SheetUnknown."""
    rows = Sheet.objects.select_for_update(of=("self",)) if lock else Sheet.objects
    found = rows.filter(id=sheet_id).first()
    if found is None or actor.organisation_id is None or actor.organisation_id not in (found.organisation_id, found.operator_id):
        raise SheetUnknown(sheet=sheet_id)
    return found


def own_sheet_place(actor: Actor, place_id: int, *, at: datetime) -> PlaceSummary:
    """An open place that the actor's organisation runs. Raises: PlaceNotAccepted."""
    for place in places.places_of([actor.organisation_id] if actor.organisation_id is not None else [], at=at):
        if place.place_id == place_id:
            return place
    raise PlaceNotAccepted(place_id=place_id)


def operators_of_place(place_id: int, *, at: datetime) -> frozenset[int]:
    """The operators of the programmes a place accepts at `at`: whom it may entrust a sheet to."""
    accepted = {each.programme_id for each in places.accepted(place_id, at=at)}
    return frozenset(each.operator_id for each in funding.programmes(accepted))


def check_operator_of_place(actor: Actor, place_id: int, *, at: datetime) -> None:
    """The actor's organisation runs one of the programmes the place accepts at `at`. Raises: OperatorNotOfPlace."""
    if actor.organisation_id not in operators_of_place(place_id, at=at):
        raise OperatorNotOfPlace(place_id=place_id)


def in_the_place_s_name(actor: Actor, organisation_id: int) -> Actor:
    """The person typing, acting for the place: what is spent is the place's, who typed it is journalled."""
    if actor.organisation_id == organisation_id:
        return actor
    return replace(actor, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}), place_id=None)


@contextmanager
def ringing(number_mark: bytes) -> Iterator[None]:
    """Show the one telephone whose number has this mark, before its place is known."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('carnet.ringing', true), '')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('carnet.ringing', %s, true)", [number_mark.hex()])
        yield
        cursor.execute("SELECT set_config('carnet.ringing', %s, true)", [before])


def telephone_that_rings(number_mark: bytes) -> Telephone | None:
    """The telephone of a place that has this number, confirmed and not taken away; None for a stranger."""
    with ringing(number_mark):
        return Telephone.objects.filter(number_mark=number_mark, confirmed_at__isnull=False, revoked_at__isnull=True).first()


def own_telephone(actor: Actor, telephone_id: int) -> Telephone:
    """A telephone of the actor's organisation, locked, not taken away. Raises: TelephoneUnknown."""
    found = Telephone.objects.select_for_update(of=("self",)).filter(id=telephone_id, revoked_at__isnull=True).first()
    if found is None or actor.organisation_id is None or found.organisation_id != actor.organisation_id:
        raise TelephoneUnknown(telephone=telephone_id)
    return found
