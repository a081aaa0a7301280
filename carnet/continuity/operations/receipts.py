"""Receipts of what places accepted after the last increment: checked, written once, at their own moment; or refused, and put on the operator's list."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from carnet.continuity.access import takeovers as access
from carnet.continuity.models import BroughtReceipt, Takeover
from carnet.continuity.rules.takeovers import (
    RECEIPT_LENGTH_MAX,
    AlreadySettled,
    ReceiptNotHonoured,
    ReceiptOfAnotherPlace,
    ReceiptRefused,
    ReceiptSpentElsewhere,
    ReceiptUndone,
    ReceiptUnreadable,
    StandingNotSaid,
    Window,
    check_note,
    refused_receipt,
)
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import check_allowed_now, person_of
from carnet.places import queries as places
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.operations import ON_RECEIPT, Proved
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import parse_redemption_number

WRITTEN, KNOWN = "written", "known"
_BRING, _SETTLE = "continuity.honour-receipts", "continuity.settle-receipts"
_REQUESTS = UUID("0f6c1f0a-6a54-4b5e-8f2c-52a1d7e0c7b9")


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """What became of one receipt. `outcome`: 'written', 'known' (it was here already), or 'refused', with the refusal. Unit: whole cents."""

    outcome: str
    voucher_serial: str = ""
    value_cents: int = 0
    redeemed_at: datetime | None = None
    redemption_number: str = ""
    refusal: Refusal | None = None
    repeated: bool = False


def bring_receipts(
    *, receipts: Sequence[str], nothing_undone: bool, actor: Actor, request_id: UUID, at: datetime
) -> tuple[ReceiptAnswer, ...]:
    """Honour receipts of the bearer's own places, each by itself; the answers come in the order given.

    The same receipt again, whoever brings it, gives the first answer. One that cannot be honoured is kept for the operator, unless it
    says nothing of a programme taken over here, or is another place's.
    Raises: NotAllowed, StandingNotSaid (the bearer does not declare that nothing was undone).
    """
    check_allowed_now(actor, _BRING, at)
    if not nothing_undone:
        raise StandingNotSaid
    return tuple(_bring(receipt, actor, request_id, at) for receipt in receipts)


@transaction.atomic
def _bring(receipt: str, actor: Actor, request_id: UUID, at: datetime) -> ReceiptAnswer:
    facts = redemption_queries.receipt_holds(receipt) if len(receipt) <= RECEIPT_LENGTH_MAX else None
    if facts is None:
        return ReceiptAnswer("refused", refusal=ReceiptUnreadable())
    moment = datetime.fromisoformat(facts["redeemed_at"])
    said = ReceiptAnswer("refused", str(facts["serial"]), int(facts["value_cents"]), moment)
    summary = next(iter(places.summaries([int(facts["place"])], at=at)), None)
    organisation_id = summary.operator_id if summary is not None else None
    if organisation_id is None or (actor.kind != "system" and organisation_id not in actor.organisation_ids):
        return replace(said, refusal=ReceiptOfAnotherPlace())
    with acting_as(programme_ids=[int(facts["programme"])], organisation_ids=[organisation_id]):
        takeover = access.finished_takeover(int(facts["programme"]))
        if takeover is None:
            return replace(said, refusal=ReceiptUnreadable())
        digest = hashlib.sha256(receipt.encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [digest.hex(), takeover.id])
        before = BroughtReceipt.objects.filter(takeover=takeover, digest=digest).first()
        if before is not None:
            return _told_again(before)
        answer = _judged(facts, moment, takeover, organisation_id, actor)
        row = BroughtReceipt.objects.create(
            takeover=takeover,
            programme_id=takeover.programme_id,
            organisation_id=organisation_id,
            place_id=int(facts["place"]),
            digest=digest,
            receipt=receipt,
            service_code=str(facts["service"]),
            outcome=answer.refusal.code if answer.refusal else answer.outcome,
            reason=str(answer.refusal.facts.get("reason", ""))[:60] if answer.refusal else "",
            told_at=answer.refusal.facts.get("redeemed_at") if answer.refusal else None,
            redemption_number=answer.redemption_number,
            brought_by_id=actor.person_id,
            brought_at=at,
            request_id=request_id,
            voucher_serial=said.voucher_serial,
            value_cents=said.value_cents,
            redeemed_at=moment,
        )
        journal.record(
            actor=actor,
            action="continuity.receipt-brought",
            subject=("receipt", row.id),
            facts={"outcome": row.outcome, "place": row.place_id, "redemption": answer.redemption_number},
            programme_id=takeover.programme_id,
            organisation_id=organisation_id,
            request_id=request_id,
            at=at,
        )
    return replace(said, outcome=answer.outcome, redemption_number=answer.redemption_number, refusal=answer.refusal)


def _judged(facts: dict[str, Any], moment: datetime, takeover: Takeover, organisation_id: int, actor: Actor) -> ReceiptAnswer:
    """Known, written now, or why not."""
    series_id, voucher_id, generation = parse_redemption_number(str(facts["redemption"]))
    place_id = int(facts["place"])
    spent = redemption_queries.spent_of(series_id=series_id, voucher_id=voucher_id)
    for each in spent:
        if each.place_id == place_id and each.redeemed_at == moment:
            if each.undone:
                return ReceiptAnswer("refused", refusal=ReceiptUndone())
            return ReceiptAnswer(KNOWN, redemption_number=f"{series_id}-{voucher_id}-{each.generation}")
    standing = next((each for each in spent if not each.undone), None)
    if standing is not None:
        return ReceiptAnswer("refused", refusal=ReceiptSpentElsewhere(redeemed_at=standing.redeemed_at))
    try:
        assert takeover.taken_at is not None
        Window(takeover.known_until, takeover.taken_at).check(moment)
        if any(each.generation >= generation for each in spent):
            raise ReceiptUndone  # this one, or a later one, was accepted and undone before the last increment
    except ReceiptRefused as refusal:
        return ReceiptAnswer("refused", refusal=refusal)
    key = f"receipt:{facts['redemption']}:{place_id}:{moment.isoformat()}"
    proved = Proved(series_id, voucher_id, place_id, organisation_id, str(facts["service"]), legal_day(moment), key, uuid5(_REQUESTS, key))
    (answer,) = redemption.honour_proved(proved=[proved], channel=ON_RECEIPT, actor=actor, redeemed_at=moment)
    if isinstance(answer, Redeemed):
        return ReceiptAnswer(WRITTEN, redemption_number=answer.number)
    return ReceiptAnswer("refused", refusal=ReceiptNotHonoured(reason=answer.code))


def _told_again(row: BroughtReceipt) -> ReceiptAnswer:
    told = (row.voucher_serial, row.value_cents, row.redeemed_at, row.redemption_number)
    if row.outcome in (WRITTEN, KNOWN):
        return ReceiptAnswer(row.outcome, *told, repeated=True)
    return ReceiptAnswer("refused", *told, refusal=_refusal_told(row), repeated=True)


def _refusal_told(row: BroughtReceipt) -> ReceiptRefused:
    since, taken_at = row.takeover.known_until, row.takeover.taken_at
    return refused_receipt(row.outcome, redeemed_at=row.told_at, reason=row.reason, since=since, taken_at=taken_at)


@transaction.atomic
def settle_receipt(*, receipt_id: int, note: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say how a refused receipt was settled: it leaves the list. The same person again, the same words: nothing changes.

    Raises: NotAllowed, PersonNeeded, TakeoverUnknown, AlreadySettled, NoteMissing, NirInText, IbanInText.
    """
    check_allowed_now(actor, _SETTLE, at)
    row = access.operated_receipt(actor, receipt_id, lock=True)
    plain = check_free_text(check_note(note))
    if row.settled_at is not None:
        if (row.settled_by_id, row.note) == (actor.person_id, plain):
            return
        raise AlreadySettled(settled_at=row.settled_at)
    row.settled_at, row.settled_by_id, row.note = at, person_of(actor, _SETTLE), plain
    row.save(update_fields=["settled_at", "settled_by_id", "note"])
    journal.record(
        actor=actor,
        action="continuity.receipt-settled",
        subject=("receipt", row.id),
        facts={"outcome": row.outcome},
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        request_id=request_id,
        at=at,
    )
