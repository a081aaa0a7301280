"""Devices that accept without network: enrolled, limited, revoked; and what they send when the network is back."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from carnet.gateways.device_keys import device_signs, is_public_key
from carnet.issuing.rules import VoucherToken, code_input
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped, check_free_text
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_allowed_now, person_of
from carnet.places import queries as places
from carnet.redemption import access, queries
from carnet.redemption.models import Device, UploadedItem
from carnet.redemption.operations._redeeming import Asked, Item, as_services, redeem_many
from carnet.redemption.queries import Redeemed, VoucherSeen
from carnet.redemption.rules import (
    DEFAULT_CAPS,
    ITEM,
    PASSING,
    UPLOAD_ITEMS_MAX,
    BatchTooLarge,
    Caps,
    DeviceKeyInvalid,
    DeviceRevoked,
    ItemKeyReused,
    ItemOfAnotherDevice,
    ItemTampered,
    OfflineItem,
    PlaceNotAccepted,
    QrCodeNeeded,
    SignedText,
    attended_day,
    check_caps,
    clean_device_name,
    follows,
    in_order,
    read_item,
)

CHANNEL = "OFFLINE"
_REQUESTS = uuid.UUID("5b0c2f0e-2f0b-4b52-9d0e-7d1a0b1d6a15")

State = Literal["confirmed", "refused", "wait"]


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What became of one item. 'wait': not now, the device keeps it and sends it again. `repeated`: the first answer again."""

    key: UUID | None
    counter: int | None
    state: State
    refusal: Refusal | None = None
    redemption_number: str = ""
    voucher_serial: str = ""
    value_cents: int | None = None
    programme_id: int | None = None
    redeemed_at: datetime | None = None
    repeated: bool = False


@transaction.atomic
def enrol_device(*, place_id: int, name: str, public_key: bytes, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Let a device of one's own place accept without network, under the key it has just made. Returns its number.

    Raises:  NotAllowed, SecondFactorNeeded, PlaceNotAccepted, DeviceNameInvalid, DeviceKeyInvalid, NirInText, IbanInText.
    Repeat:  the same request_id returns the first device.
    """
    check_allowed_now(actor, "redemption.enrol-device", at)
    repeated = Device.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return int(repeated.id)
    plain = clean_device_name(check_free_text(name))
    if not is_public_key(public_key):
        raise DeviceKeyInvalid
    organisation_id = actor.organisation_id
    own = places.places_of([organisation_id], at=at) if organisation_id is not None else ()
    if organisation_id is None or not any(each.place_id == place_id and each.acceptances for each in own):
        raise PlaceNotAccepted(place_id=place_id)
    device = Device.objects.create(
        organisation_id=organisation_id,
        place_id=place_id,
        name=plain,
        public_key=public_key,
        count_max=DEFAULT_CAPS.count,
        limit_cents=DEFAULT_CAPS.cents,
        hours_max=DEFAULT_CAPS.hours,
        enrolled_at=at,
        enrolled_by_id=person_of(actor, "redemption.enrol-device"),
        request_id=request_id,
    )
    _record("redemption.device-enrolled", device, {"place": place_id}, actor, request_id, at)
    return int(device.id)


@transaction.atomic
def revoke_device(*, device_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Refuse whatever a device sends from now on; it is still recorded. Revoking again changes nothing.

    Raises: NotAllowed, DeviceUnknown.
    """
    check_allowed_now(actor, "redemption.revoke-device", at)
    person_id = person_of(actor, "redemption.revoke-device")
    with access.watched_places(actor, at=at) as place_ids:
        device = access.watched_device(device_id, place_ids, lock=True)
        if device.revoked_at is not None:
            return
        device.revoked_at, device.revoked_by_id = at, person_id
        device.save(update_fields=["revoked_at", "revoked_by_id"])
    _record("redemption.device-revoked", device, {}, actor, request_id, at)


@transaction.atomic
def limit_device(*, device_id: int, caps: Caps, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Set how much a device may accept before it is back on the network; it learns it at its next upload.

    Raises: NotAllowed, DeviceUnknown, DeviceLimitsInvalid.
    """
    check_allowed_now(actor, "redemption.limit-device", at)
    check_caps(caps)
    with access.watched_places(actor, at=at) as place_ids:
        device = access.watched_device(device_id, place_ids, lock=True)
        if caps == Caps(device.count_max, device.limit_cents, device.hours_max):
            return
        device.count_max, device.limit_cents, device.hours_max = caps.count, caps.cents, caps.hours
        device.save(update_fields=["count_max", "limit_cents", "hours_max"])
    facts = {"count": caps.count, "cents": caps.cents, "hours": caps.hours}
    _record("redemption.device-limited", device, facts, actor, request_id, at)


def _record(action: str, device: Device, facts: dict[str, int], actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=("device", device.id),
        facts=facts,
        organisation_id=device.organisation_id,
        request_id=request_id,
        at=at,
    )


@dataclass(slots=True)
class _Judged:
    """One item of an upload on its way to its answer."""

    body_hash: bytes
    signed: bool
    item: OfflineItem | None = None
    attended_on: date | None = None
    follows: bool = False
    answer: ItemAnswer | None = None
    told_at: datetime | None = field(default=None)


@transaction.atomic
def upload(
    *, device_id: int, device_now: datetime, items: Sequence[SignedText], actor: Actor, request_id: UUID, at: datetime
) -> list[ItemAnswer]:
    """Take in what a device accepted without network; the answers come in the order sent. First confirmed here wins.

    Each item is judged by itself: tampered, unreadable, of another device, repeated, or asked of ``redeem_many`` like any
    other. Whatever its fate it leaves a row, save 'wait', which the device sends again. The order of sending changes nothing.
    Call it as the device (``access.device_actor``), which signed the whole request (``access.presented_device``).

    Raises: BatchTooLarge.
    Repeat: an item sent again gets its first answer again.
    """
    if len(items) > UPLOAD_ITEMS_MAX:
        raise BatchTooLarge(items=len(items), items_max=UPLOAD_ITEMS_MAX)
    device = access.watched_device(device_id, None, lock=True)  # one upload of a device at a time
    judged = [_Judged(hashlib.sha256(_bytes(each)).digest(), _signed(device, each)) for each in items]
    _repeat_first_answers(device, judged)
    _read(device, items, judged)
    _link(device, judged)
    _spend(device, judged, device_now=device_now, actor=actor, at=at)
    answers = _same_text_same_answer(judged)
    _keep(device, judged, actor=actor, request_id=request_id, at=at)
    device.latest_seen_at = at
    device.save(update_fields=["latest_seen_at"])
    return answers


def _signed(device: Device, sent: SignedText) -> bool:
    return device_signs(bytes(device.public_key), ITEM, _bytes(sent), sent.signature)


def _bytes(sent: SignedText) -> bytes:
    return sent.text.encode("utf-8", "surrogatepass")  # whatever JSON may hold has a hash, and so an answer


def _repeat_first_answers(device: Device, judged: Sequence[_Judged]) -> None:
    known = queries.answered_before(device.id, [each.body_hash for each in judged])
    for each in judged:
        row = known.get((each.body_hash, each.signed))
        if row is not None:
            each.answer = _told_before(row)


def _told_before(row: UploadedItem) -> ItemAnswer:
    refusal = queries.refusal_told(row)
    return ItemAnswer(
        key=row.key,
        counter=row.counter,
        state="refused" if refusal else "confirmed",
        refusal=refusal,
        redemption_number=row.redemption_number,
        voucher_serial=row.voucher_serial,
        value_cents=row.value_cents,
        programme_id=row.programme_id,
        redeemed_at=None if refusal else row.received_at,
        repeated=True,
    )


def _read(device: Device, items: Sequence[SignedText], judged: Sequence[_Judged]) -> None:
    """What each new item says, or why it is refused before anything is looked up."""
    for sent, each in zip(items, judged, strict=True):
        if each.answer is not None:
            continue
        try:
            if not each.signed:
                raise ItemTampered
            each.item = read_item(sent.text)
            if each.item.device_id != device.id:
                raise ItemOfAnotherDevice
            if not isinstance(code_input(each.item.token), VoucherToken):
                raise QrCodeNeeded
            if device.revoked_at is not None:
                raise DeviceRevoked(revoked_at=device.revoked_at)
        except (Refusal, CodeMistyped) as refusal:
            each.answer = _refused(each, refusal)
    _refuse_reused_keys(device, judged)


def _refuse_reused_keys(device: Device, judged: Sequence[_Judged]) -> None:
    keys = [each.item.key for each in judged if each.item is not None]
    rows = UploadedItem.objects.filter(device_id=device.id, signed=True, key__in=keys).values_list("key", "body_hash")
    taken = {key: bytes(body_hash) for key, body_hash in rows}
    for each in judged:
        if each.item is not None and taken.setdefault(each.item.key, each.body_hash) != each.body_hash:
            each.answer = _refused(each, ItemKeyReused())


def _link(device: Device, judged: Sequence[_Judged]) -> None:
    """Whether each item names the one before it: a hole or a fork refuses nothing, and is shown to whoever looks."""
    read = [each for each in judged if each.item is not None]
    before = [each.item.counter - 1 for each in read if each.item is not None]
    rows = UploadedItem.objects.filter(device_id=device.id, signed=True, counter__in=before).order_by("-id")
    hashes = {row.counter: bytes(row.body_hash) for row in rows}
    hashes |= {each.item.counter: each.body_hash for each in reversed(read) if each.item is not None}
    for each in read:
        assert each.item is not None
        each.follows = follows(each.item, before=hashes.get(each.item.counter - 1))


def _spend(device: Device, judged: Sequence[_Judged], *, device_now: datetime, actor: Actor, at: datetime) -> None:
    """Ask ``redeem_many``, in the order the device accepted."""
    seen: set[bytes] = set()
    ready: list[tuple[int, OfflineItem]] = []
    for rank, each in enumerate(judged):
        if each.answer is None and each.item is not None and each.body_hash not in seen:
            seen.add(each.body_hash)
            each.attended_on = attended_day(received_at=at, device_now=device_now, item=each.item, hours=device.hours_max)
            ready.append((rank, each.item))
    ready = in_order(ready)
    if not ready:
        return
    asked = as_services([_asked(device, item, judged[rank].attended_on, actor) for rank, item in ready], at=at)
    answers = redeem_many(asked=asked, at=at)
    lost = {
        each.group_id for each, answer in zip(asked, answers, strict=True) if isinstance(answer, Refusal) and answer.code not in PASSING
    }
    for (rank, _item), one, answer in zip(ready, asked, answers, strict=True):
        told = _answered(device, judged[rank], answer, at)
        # One of the vouchers of this service will never be good: the others are refused with it, they wait for nothing.
        is_lost = one.group_id is not None and one.group_id in lost and told.state == "wait"
        judged[rank].answer = replace(told, state="refused") if is_lost else told


def _asked(device: Device, item: OfflineItem, attended_on: date | None, actor: Actor) -> Asked:
    key = f"offline:{device.id}:{item.key}"
    spent = Item(code=item.token, service=item.service, place_id=device.place_id, attended_on=attended_on, key=key, group=item.group)
    return Asked(spent, actor, CHANNEL, uuid.uuid5(_REQUESTS, key))


def _answered(device: Device, each: _Judged, answer: Redeemed | Refusal, at: datetime) -> ItemAnswer:
    assert each.item is not None
    if isinstance(answer, Redeemed):
        return ItemAnswer(
            key=each.item.key,
            counter=each.item.counter,
            state="confirmed",
            redemption_number=answer.number,
            voucher_serial=answer.voucher_serial,
            value_cents=answer.value_cents,
            programme_id=answer.programme_id,
            redeemed_at=answer.redeemed_at,
        )
    refused = _refused(each, answer)
    seen = _seen(device, each.item, at)
    if seen is None:
        return refused
    return replace(refused, voucher_serial=seen.voucher_serial, value_cents=seen.value_cents, programme_id=seen.programme_id)


def _seen(device: Device, item: OfflineItem, at: datetime) -> VoucherSeen | None:
    """A refused voucher by its printed number, so that its paper can be found: the place had it in hand."""
    found = access.candidates(item.token, place_id=device.place_id, at=at)
    seen = queries.seen(organisation_id=device.organisation_id, place_id=device.place_id, service=None, candidates=found, at=at)
    return seen if isinstance(seen, VoucherSeen) else None


def _refused(each: _Judged, refusal: Refusal) -> ItemAnswer:
    state: State = "wait" if refusal.code in PASSING else "refused"
    facts = refusal.facts
    each.told_at = facts.get("redeemed_at") or facts.get("accepted_until") or facts.get("revoked_at")
    item = each.item
    return ItemAnswer(item.key if item else None, item.counter if item else None, state, refusal)


def _same_text_same_answer(judged: Sequence[_Judged]) -> list[ItemAnswer]:
    """An item twice in one upload is one item."""
    first: dict[tuple[bytes, bool], ItemAnswer] = {}
    answers = []
    for each in judged:
        if each.answer is None:
            each.answer = replace(first[each.body_hash, each.signed], repeated=True)
        elif (each.body_hash, each.signed) in first:
            each.answer = replace(each.answer, repeated=True)
        first.setdefault((each.body_hash, each.signed), each.answer)
        answers.append(each.answer)
    return answers


def _keep(device: Device, judged: Sequence[_Judged], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    fresh = [each for each in judged if each.answer is not None and not each.answer.repeated and each.answer.state != "wait"]
    if not fresh:
        return
    UploadedItem.objects.bulk_create(_row(device, each, at) for each in fresh)
    confirmed = sum(each.answer is not None and each.answer.state == "confirmed" for each in fresh)
    facts = {"items": len(fresh), "confirmed": confirmed, "refused": len(fresh) - confirmed}
    _record("redemption.uploaded", device, facts, actor, request_id, at)


def _row(device: Device, each: _Judged, at: datetime) -> UploadedItem:
    assert each.answer is not None
    answer, item = each.answer, each.item
    return UploadedItem(
        device_id=device.id,
        organisation_id=device.organisation_id,
        place_id=device.place_id,
        programme_id=answer.programme_id,
        key=answer.key,
        counter=answer.counter,
        body_hash=each.body_hash,
        signed=each.signed,
        follows=each.follows,
        service_code=item.service if item else "",
        device_at=item.device_at if item else None,
        attended_on=each.attended_on,
        received_at=at,
        outcome=answer.refusal.code if answer.refusal else queries.CONFIRMED,
        redemption_number=answer.redemption_number,
        voucher_serial=answer.voucher_serial,
        value_cents=answer.value_cents,
        told_at=each.told_at,
        told_place_id=answer.refusal.facts.get("place_id") if answer.refusal else None,
    )
