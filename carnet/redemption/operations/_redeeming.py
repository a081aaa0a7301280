"""Spending vouchers, testing them, undoing a mistake."""

import json
import uuid
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from carnet.gateways.database import acting_as
from carnet.journal.rules import IdempotencyInFlight, IdempotencyMismatch, body_digest, check_key
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties import operations as parties
from carnet.parties.rules import by_pin
from carnet.redemption import access, queries
from carnet.redemption.queries import Redeemed, VoucherSeen
from carnet.redemption.rules import (
    BATCH_SIZE_MAX,
    GUESSES_MAX,
    REFUSALS,
    BatchTooLarge,
    HeldBack,
    PlaceNotAccepted,
    TooManyAttempts,
    VoucherCountWrong,
    VoucherUnknown,
    check_attended,
    check_reason,
    in_services,
    parse_redemption_number,
    redemption_number,
)
from carnet.workshops import operations as workshops

# Every request of these codes was answered before any look-up, or by the database's function.
_KEY_REFUSALS: dict[str, type[Refusal]] = {"idempotency-in-flight": IdempotencyInFlight, "idempotency-mismatch": IdempotencyMismatch}


@dataclass(frozen=True, slots=True)
class Item:
    """One voucher to spend. `key` is the caller's idempotency key, if it has one."""

    code: str = field(repr=False)
    service: str
    place_id: int | None = None
    attended_on: date | None = None
    workshop_session: str | None = None
    key: str | None = None
    group: str | None = None  # the caller's word for the vouchers of one service that costs several

    @property
    def body(self) -> dict[str, Any]:
        """What must be the same for a repetition to be a repetition."""
        body: dict[str, Any] = {
            "code": self.code,
            "service": self.service,
            "place": self.place_id,
            "attended_on": self.attended_on.isoformat() if self.attended_on else None,
            "workshop_session": self.workshop_session,
        }
        return body | {"group": self.group} if self.group is not None else body


@dataclass(frozen=True, slots=True)
class Asked:
    """An item and who asks it: what the grouped-commit process folds together."""

    item: Item
    actor: Actor
    channel: str = "API"
    request_id: UUID = field(default_factory=uuid.uuid4)
    group_id: UUID | None = None  # the service it pays with others: all taken or none


Answer = Redeemed | Refusal


def as_services(asked: Sequence[Asked], *, at: datetime) -> list[Asked]:
    """Put together the vouchers of one service that costs several, so that all are taken or none.

    Those that name a group go with it; the others are taken in order, as many as their service costs at their place on their day.
    """
    kinds: list[tuple[Hashable, int]] = [_kind(each, at) for each in asked]
    groups = [(kinds[rank][0], number) if number is not None else None for rank, number in enumerate(in_services(kinds))]
    ids: dict[Hashable, UUID] = {}
    named = [
        (each.actor.organisation_id, each.item.group) if each.item.group is not None else groups[rank] for rank, each in enumerate(asked)
    ]
    return [
        replace(each, group_id=ids.setdefault(name, uuid.uuid4())) if name is not None else each
        for each, name in zip(asked, named, strict=True)
    ]


def _kind(asked: Asked, at: datetime) -> tuple[Hashable, int]:
    item = asked.item
    if item.group is not None:
        return None, 1
    try:
        place_id = access.place_of(asked.actor, place_id=item.place_id, at=at)
    except Refusal:
        return None, 1  # refused by itself, for its place
    cost = access.vouchers_for(item.service, place_id=place_id, at=at)
    return (asked.actor.organisation_id, place_id, item.service, item.attended_on, item.workshop_session), cost


def redeem_service(*, codes: Sequence[str], item: Item, actor: Actor, channel: str, request_id: UUID, at: datetime) -> list[Redeemed]:
    """Accept the several vouchers of one service: all taken or none; `item` says the rest, its code apart. The answers come in the order given.

    Repeat: the same request id gives the same answers. Raises: as `redeem`, for the first voucher refused for a reason of its own.
    """
    asked = [
        Asked(replace(item, code=code), actor, channel, uuid.uuid5(request_id, f"voucher {rank}"), uuid.uuid5(request_id, "service"))
        for rank, code in enumerate(codes)
    ]
    answers = redeem_many(asked=asked, at=at)
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    if refusals:
        raise next((refusal for refusal in refusals if not isinstance(refusal, HeldBack)), refusals[0])
    return [answer for answer in answers if isinstance(answer, Redeemed)]


def redeem(*, item: Item, actor: Actor, channel: str, request_id: UUID, at: datetime) -> Redeemed:
    """Accept one voucher at the actor's place, for one lesson attended.

    Units: face value in whole cents; `at` is the server's clock, aware.
    Repeat: the same key (or, without one, the same request id) gives the first answer again.
    Raises: CodeMistyped, VoucherUnknown, VoucherAlreadyRedeemed, VoucherLapsed, VoucherNotActive,
    VoucherReserved, PlaceNotAccepted, PlaceRequired, ServiceNotAccepted, TooManyAttempts,
    AttendedInvalid, IdempotencyMismatch, IdempotencyInFlight.
    """
    (answer,) = redeem_many(asked=[Asked(item, actor, channel, request_id)], at=at)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def redeem_batch(*, items: Sequence[Item], together: bool, actor: Actor, channel: str, at: datetime) -> list[Answer]:
    """Accept several vouchers of one actor, each with its own answer; all of them or none if `together`.

    Raises: BatchTooLarge.
    """
    return redeem_many(asked=as_services([Asked(item, actor, channel) for item in items], at=at), at=at, together=together)


def redeem_many(*, asked: Sequence[Asked], at: datetime, together: bool = False) -> list[Answer]:
    """Accept many vouchers, in one statement and one commit; the answers come in the order asked.

    One is many of one. Items are independent unless `together`. Refused items change nothing but the
    trace of their attempt. Raises: BatchTooLarge.
    """
    if len(asked) > BATCH_SIZE_MAX:
        raise BatchTooLarge(items=len(asked), items_max=BATCH_SIZE_MAX)
    answers: list[Answer | None] = [None] * len(asked)
    if len(asked) > 1:
        access.remember_places({each.item.place_id for each in asked if each.item.place_id is not None}, at=at)
    prepared = [prepare(each, at, answers, rank) for rank, each in enumerate(asked)]
    return answer_prepared(asked, prepared, answers, at=at, together=together)


def answer_prepared(
    asked: Sequence[Asked], prepared: Sequence["Prepared | None"], answers: list[Answer | None], *, at: datetime, together: bool
) -> list[Answer]:
    """Answer what is asked, once read: `answers` holds what was refused at reading, `prepared` what goes on to the database."""
    _refuse_repeated_keys(asked, answers)
    _hold_back_the_others(asked, answers)
    ready = [rank for rank, each in enumerate(prepared) if each is not None and answers[rank] is None]
    mistyped = [rank for rank, answer in enumerate(answers) if isinstance(answer, CodeMistyped)]
    if together and len(ready) < len(asked):
        for rank in ready:
            answers[rank] = REFUSALS["held-back"]()
        ready = []
    counted = _counted_by_pin(asked, ready)
    # One statement is a transaction by itself: outside a door's transaction, opening another would be three round trips more.
    # No savepoint: a fault takes the door's transaction with it.
    with transaction.atomic(savepoint=False) if mistyped or counted else nullcontext():
        if mistyped:
            for rank, slowed in zip(mistyped, note_attempts([asked[rank] for rank in mistyped], CodeMistyped.code, at), strict=True):
                answers[rank] = slowed or answers[rank]
        if counted:
            ready = _within_the_day(asked, ready, counted, answers, at, together)
        if ready:
            rows = _redeem([(asked[rank], prepared[rank]) for rank in ready], at, together)  # type: ignore[misc]
            for rank, answer in zip(ready, rows, strict=True):
                answers[rank] = answer
        _give_back(asked, [rank for rank in counted if rank in ready], answers, at)
    return [answer for answer in answers if answer is not None]


def _counted_by_pin(asked: Sequence[Asked], ready: Sequence[int]) -> list[int]:
    """The ranks that a PIN asks: nobody else pays for the count of a day."""
    return [rank for rank in ready if by_pin(asked[rank].actor)]


def _within_the_day(
    asked: Sequence[Asked], ready: list[int], counted: Sequence[int], answers: list[Answer | None], at: datetime, together: bool
) -> list[int]:
    """Count what a PIN asks before it is spent, the rows of the day locked until it is; what does not fit is refused. Returns what goes on."""
    too_many: Refusal | None = None
    for actor in {id(asked[rank].actor): asked[rank].actor for rank in counted}.values():
        mine = [rank for rank in counted if asked[rank].actor is actor]
        try:
            parties.count_by_pin(actor=actor, voucher_count=len(mine), at=at)
        except Refusal as refusal:
            too_many = refusal
            for rank in mine:
                answers[rank] = refusal
    if too_many is not None and together:
        for rank in ready:
            answers[rank] = answers[rank] or REFUSALS["held-back"]()
    _hold_back_the_others(asked, answers)
    return [rank for rank in ready if answers[rank] is None]


def _give_back(asked: Sequence[Asked], counted: Sequence[int], answers: Sequence[Answer | None], at: datetime) -> None:
    """What was refused after all, or answered before, is not of today."""
    for rank in counted:
        answer = answers[rank]
        if not isinstance(answer, Redeemed) or answer.repeated:
            parties.give_back_by_pin(actor=asked[rank].actor, voucher_count=1, at=at)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item as the database takes it: whose it is, and the hashes its code may be kept under."""

    place_id: int
    attended_on: date
    key: str
    candidates: list[access.Candidate]
    accepts_nothing: bool = False


def prepare(asked: Asked, at: datetime, answers: list[Answer | None], rank: int) -> Prepared | None:
    """Read one item; what is refused already is written in `answers` at its rank."""
    try:
        key = check_key(asked.item.key or f"request:{asked.request_id}")
        attended_on = check_attended(asked.item.attended_on, today=legal_day(at))
        place_id = access.place_of(asked.actor, place_id=asked.item.place_id, at=at)
        found = access.candidates(asked.item.code, place_id=place_id, at=at)
    except Refusal as refusal:
        answers[rank] = refusal
        return None
    return Prepared(place_id, attended_on, key, found, access.accepts_nothing(place_id, at=at))


def _refuse_repeated_keys(asked: Sequence[Asked], answers: list[Answer | None]) -> None:
    """The same key twice in one call: the first goes, the other is in flight until it is answered."""
    seen: set[tuple[int | None, str]] = set()
    for rank, each in enumerate(asked):
        if each.item.key is None or answers[rank] is not None:
            continue
        key = (each.actor.organisation_id, each.item.key)
        if key in seen:
            answers[rank] = IdempotencyInFlight(key=each.item.key)
        seen.add(key)


def _hold_back_the_others(asked: Sequence[Asked], answers: list[Answer | None]) -> None:
    """What goes with a voucher refused at reading is not taken."""
    broken = {each.group_id for rank, each in enumerate(asked) if each.group_id is not None and answers[rank] is not None}
    for rank, each in enumerate(asked):
        if each.group_id in broken and answers[rank] is None:
            answers[rank] = HeldBack()


_REDEEM_MANY = (
    "SELECT item, outcome, series_id, voucher_id, generation, programme_id, value_cents, accepted_until, redeemed_at, redeemed_place_id, answer"
    " FROM redeem_many(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::text[], %s::bytea[], %s::uuid[], %s::bigint[], %s::bigint[],"
    " %s::text[], %s::integer[], %s::bytea[], %s::bigint[], %s, %s, %s, %s, %s::text[], %s::uuid[]) /* series_id: found by the function */"
)


def arguments(batch: Sequence[tuple[Asked, Prepared]], at: datetime, together: bool) -> list[Any]:
    """The function's arguments: arrays by item, then the items' candidates flattened."""
    flat = [(number, candidate) for number, (_asked, ready) in enumerate(batch, start=1) for candidate in ready.candidates]
    return [
        [asked.actor.organisation_id for asked, _ready in batch],
        [ready.place_id for _asked, ready in batch],
        [asked.item.service for asked, _ready in batch],
        [ready.attended_on for _asked, ready in batch],
        [ready.key for _asked, ready in batch],
        [body_digest(asked.item.body) for asked, _ready in batch],
        [asked.request_id for asked, _ready in batch],
        [asked.actor.person_id for asked, _ready in batch],
        [asked.actor.token_id for asked, _ready in batch],
        [asked.channel for asked, _ready in batch],
        [number for number, _candidate in flat],
        [candidate.code_hash for _number, candidate in flat],
        [candidate.series_id for _number, candidate in flat],
        at,
        legal_day(at),
        together,
        GUESSES_MAX,
        [asked.actor.instrument for asked, _ready in batch],
        [asked.group_id for asked, _ready in batch] if any(asked.group_id for asked, _ready in batch) else None,
    ]


def _redeem(batch: Sequence[tuple[Asked, Prepared]], at: datetime, together: bool) -> list[Answer]:
    with connection.cursor() as cursor:
        cursor.execute(_REDEEM_MANY, arguments(batch, at, together))
        rows = {row[0]: row for row in cursor.fetchall()}
    with _reading_again(batch, rows.values()):
        return [answer_of(rows[number], asked, ready) for number, (asked, ready) in enumerate(batch, start=1)]


def _reading_again(batch: Sequence[tuple[Asked, Prepared]], rows: Iterable[Sequence[Any]]) -> AbstractContextManager[None]:
    """What was answered before is read among the callers' rows, whether or not a door's transaction sees them already."""
    if all(row[1] != "repeated" for row in rows):
        return nullcontext()
    return acting_as(organisation_ids={asked.actor.organisation_id for asked, _ready in batch if asked.actor.organisation_id is not None})


def answer_of(row: Sequence[Any], asked: Asked, ready: Prepared) -> Answer:
    """What one row of ``redeem_many`` says: the redemption, or the refusal with its facts."""
    outcome = row[1]
    if outcome == VoucherUnknown.code and ready.accepts_nothing:
        return PlaceNotAccepted(place_id=ready.place_id)  # true of every code: it tells nothing of this one
    if outcome == "redeemed":
        return queries.redeemed_now(
            series_id=row[2],
            voucher_id=row[3],
            generation=row[4],
            programme_id=row[5],
            value_cents=row[6],
            place_id=row[9],
            service=asked.item.service,
            redeemed_at=row[8],
        )
    if outcome == "repeated":
        return queries.redeemed_before(row[10])
    if outcome in _KEY_REFUSALS:
        return _KEY_REFUSALS[outcome](key=asked.item.key)
    return refusal_of(outcome, accepted_until=row[7], redeemed_at=row[8], redeemed_place_id=row[9], more=row[10])


def refusal_of(
    outcome: str,
    *,
    accepted_until: datetime | None,
    redeemed_at: datetime | None,
    redeemed_place_id: int | None,
    more: str | Mapping[str, Any] | None = None,
) -> Refusal:
    """The refusal a code stands for, with what may be told about it (`more`: what the database adds for this outcome)."""
    if outcome == "voucher-already-redeemed":
        return REFUSALS[outcome](redeemed_at=redeemed_at, place_id=redeemed_place_id)
    if outcome == "voucher-lapsed":
        return REFUSALS[outcome](accepted_until=accepted_until)
    facts = json.loads(more) if isinstance(more, str) else dict(more or {})
    if outcome == "voucher-reserved":
        return REFUSALS[outcome](reserved_until=datetime.fromisoformat(facts["reserved_until"]))
    if outcome == VoucherCountWrong.code:
        return VoucherCountWrong(needed=facts["needed"], given=facts["given"])
    if outcome == "too-many-attempts":
        return TooManyAttempts(dimension=facts["dimension"])
    return REFUSALS[outcome]()


def note_attempts(asked: Sequence[Asked], reason: str, at: datetime) -> list[TooManyAttempts | None]:
    """Keep tries refused outside ``redeem_many``, without their codes; say which came from a hand that guessed too often."""
    noted: list[TooManyAttempts | None] = [None] * len(asked)
    known = [rank for rank, each in enumerate(asked) if each.actor.organisation_id is not None]
    if not known:
        return noted
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT redemption_note_attempts(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s, %s, %s)",
            [
                [asked[rank].actor.organisation_id for rank in known],
                [asked[rank].item.place_id or asked[rank].actor.place_id for rank in known],
                [asked[rank].actor.person_id for rank in known],
                [asked[rank].actor.token_id for rank in known],
                [asked[rank].actor.instrument for rank in known],
                [asked[rank].channel for rank in known],
                [reason] * len(known),
                GUESSES_MAX,
                at,
                legal_day(at),
            ],
        )
        for rank, dimension in zip(known, cursor.fetchone()[0], strict=True):
            noted[rank] = TooManyAttempts(dimension=dimension) if dimension else None
    return noted


def slowed(actor: Actor, *, place_id: int | None, at: datetime) -> TooManyAttempts | None:
    """Whether this hand may not try a code now."""
    if actor.organisation_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (redemption_throttled(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY[%s]::text[],"
            " ARRAY[false], %s, %s, %s))[1]",
            [actor.organisation_id, place_id, actor.person_id, actor.token_id, actor.instrument, GUESSES_MAX, at, legal_day(at)],
        )
        dimension = cursor.fetchone()[0]
    return TooManyAttempts(dimension=dimension) if dimension else None


def check(
    *, code: str, actor: Actor, place_id: int | None = None, service: str | None = None, channel: str = "API", at: datetime
) -> VoucherSeen:
    """Test a voucher without spending it.

    Returns its state as a place may know it; `outcome` is 'redeemable' or the code a redemption would
    be refused with. Unknown and mistyped codes count as guesses: the refusal is raised once its note is
    kept, so a door must not roll back the transaction around it.

    Raises: CodeMistyped, VoucherUnknown, PlaceNotAccepted, PlaceRequired, TooManyAttempts.
    """
    seen = check_quietly(code=code, actor=actor, place_id=place_id, service=service, channel=channel, at=at)
    if isinstance(seen, Refusal):
        raise seen
    return seen


@transaction.atomic
def check_quietly(
    *, code: str, actor: Actor, place_id: int | None = None, service: str | None = None, channel: str = "API", at: datetime
) -> VoucherSeen | Refusal:
    """As ``check``, giving the refusal instead of raising it, so that its note is committed."""
    asked = Asked(Item(code=code, service=service or "", place_id=place_id), actor, channel)
    try:
        at_place = access.place_of(actor, place_id=place_id, at=at)
        too_many = slowed(actor, place_id=at_place, at=at)
        if too_many is not None:
            note_attempts([asked], too_many.code, at)
            return too_many
        found = access.candidates(code, place_id=at_place, at=at)
    except CodeMistyped as refusal:
        return note_attempts([asked], CodeMistyped.code, at)[0] or refusal
    except Refusal as refusal:
        return refusal
    if access.accepts_nothing(at_place, at=at):
        return PlaceNotAccepted(place_id=at_place)
    return look(asked, found, place_id=at_place, service=service, at=at)


def look(
    asked: Asked, candidates: Sequence[access.Candidate], *, place_id: int, service: str | None, at: datetime
) -> VoucherSeen | Refusal:
    """What a place may know of a voucher, once its code is read; an unknown one is noted as a guess."""
    seen = queries.seen(organisation_id=asked.actor.organisation_id or 0, place_id=place_id, service=service, candidates=candidates, at=at)
    if isinstance(seen, VoucherUnknown):
        return note_attempts([replace(asked, item=replace(asked.item, place_id=place_id))], seen.code, at)[0] or seen
    return seen


@transaction.atomic
def reverse(*, number: str, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Undo a redemption made by the same organisation, inside the programme's window. The voucher may be spent again.

    The vouchers that paid the same service come back with it: all of them or none.
    Raises: RedemptionUnknown, AlreadyReversed, UndoWindowClosed, ReasonMissing.
    """
    stripped = check_reason(reason)
    # In the order they were locked when taken: two hands that undo the same service by two of its vouchers do not wait for each other.
    for each in sorted(queries.taken_together(number), key=parse_redemption_number):
        _reverse(each, stripped, actor, request_id if each == number else uuid.uuid5(request_id, each), at)


def _reverse(number: str, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    series_id, voucher_id, generation = parse_redemption_number(number)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, redeemed_at, undo_until FROM reverse_redemption(%s, %s, %s, %s::smallint, %s, %s, %s, %s) /* series_id */",
            [actor.organisation_id or 0, series_id, voucher_id, generation, reason, actor.person_id, request_id, at],
        )
        outcome, redeemed_at, undo_until = cursor.fetchone()
    if outcome in ("reversed", "repeated"):
        workshops.forget_voucher(
            redemption=redemption_number(series_id=series_id, voucher_id=voucher_id, generation=generation), actor=actor
        )
        return
    if outcome == "redemption-unknown":
        raise REFUSALS[outcome](number=number)
    raise REFUSALS[outcome](redeemed_at=redeemed_at, undo_until=undo_until)
