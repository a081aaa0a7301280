"""Where a serial and its secret are asked together: a sheet of paper, an SMS. Wrong secrets lock the serial; a person unlocks it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped, SerialMistyped, VoucherSerial, check_free_text
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.redemption import access, queries
from carnet.redemption.models import SerialEvent
from carnet.redemption.operations._redeeming import (
    Answer,
    Asked,
    Item,
    Prepared,
    answer_prepared,
    as_services,
    look,
    note_attempts,
    prepare,
)
from carnet.redemption.queries import VoucherSeen
from carnet.redemption.rules import (
    BATCH_SIZE_MAX,
    GUESSES_MAX,
    WRONG_SECRETS_MAX,
    BatchTooLarge,
    SerialLocked,
    SerialNotLocked,
    TooManyAttempts,
    check_reason,
)


@dataclass(frozen=True, slots=True)
class SerialItem:
    """One voucher to spend where its serial was written beside its secret."""

    serial: str
    code: str = field(repr=False)
    service: str
    place_id: int | None = None
    attended_on: date | None = None
    key: str | None = None

    @property
    def item(self) -> Item:
        """The same, as it is redeemed."""
        return Item(self.code, self.service, self.place_id, self.attended_on, key=self.key)


@dataclass(frozen=True, slots=True)
class _Pair:
    asked: Asked
    ready: Prepared
    serial: VoucherSerial


@dataclass(frozen=True, slots=True)
class _Matched:
    refusal: SerialLocked | TooManyAttempts | None
    candidates: list[access.Candidate]


@transaction.atomic
def redeem_with_serials(*, items: Sequence[SerialItem], together: bool, actor: Actor, channel: str, at: datetime) -> list[Answer]:
    """Accept vouchers whose serial is given beside the secret, each with its own answer; all of them or none if `together`.

    A secret that is not this serial's, a serial that was never printed and one of a programme the place has no part in are all
    answered VoucherUnknown, and count as guesses. Refusals are returned: the door keeps the transaction, so that wrong secrets count.
    Answers: Redeemed, SerialMistyped, SerialLocked, and those of ``redeem_many``. Raises: BatchTooLarge.
    """
    if len(items) > BATCH_SIZE_MAX:
        raise BatchTooLarge(items=len(items), items_max=BATCH_SIZE_MAX)
    asked = as_services([Asked(each.item, actor, channel) for each in items], at=at)
    answers: list[Answer | None] = [None] * len(items)
    prepared = [prepare(each, at, answers, rank) for rank, each in enumerate(asked)]
    serials = [_serial(each.serial, answers, rank) for rank, each in enumerate(items)]
    ranks = [rank for rank, (ready, serial) in enumerate(zip(prepared, serials, strict=True)) if ready and serial]
    pairs = [_Pair(asked[rank], ready, serial) for rank in ranks if (ready := prepared[rank]) and (serial := serials[rank])]
    for rank, pair, matched in zip(ranks, pairs, _match(pairs, at), strict=True):
        answers[rank] = matched.refusal
        prepared[rank] = replace(pair.ready, candidates=matched.candidates)
    for code in (SerialLocked.code, TooManyAttempts.code):
        stopped = [asked[rank] for rank in ranks if isinstance(answer := answers[rank], Refusal) and answer.code == code]
        note_attempts(stopped, code, at)
    return answer_prepared(asked, prepared, answers, at=at, together=together)


def _serial(text: str, answers: list[Answer | None], rank: int) -> VoucherSerial | None:
    if answers[rank] is not None:
        return None
    try:
        return VoucherSerial.parse(text)
    except SerialMistyped as refusal:
        answers[rank] = refusal
        return None


_MATCH = (
    "SELECT item, outcome, code_hash, series_id, dimension FROM redemption_match_serials(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],"
    " %s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::bytea[], %s::bigint[], %s, %s, %s, %s) ORDER BY item"
)


def _match(pairs: Sequence[_Pair], at: datetime) -> list[_Matched]:
    """Whether each secret is its serial's. What does not match is looked for under no hash, so that it is unknown like any other code."""
    if not pairs:
        return []
    flat = [(number, candidate) for number, pair in enumerate(pairs, start=1) for candidate in pair.ready.candidates]
    with connection.cursor() as cursor:
        cursor.execute(
            _MATCH,
            [
                [pair.asked.actor.organisation_id for pair in pairs],
                [pair.ready.place_id for pair in pairs],
                [pair.asked.actor.person_id for pair in pairs],
                [pair.asked.actor.token_id for pair in pairs],
                [pair.asked.actor.instrument for pair in pairs],
                [pair.asked.channel for pair in pairs],
                [pair.ready.key for pair in pairs],
                [pair.serial.prefix for pair in pairs],
                [pair.serial.number for pair in pairs],
                [number for number, _ in flat],
                [candidate.code_hash for _, candidate in flat],
                [candidate.series_id for _, candidate in flat],
                GUESSES_MAX,
                WRONG_SECRETS_MAX,
                at,
                legal_day(at),
            ],
        )
        rows = cursor.fetchall()
    return [_matched(*row[1:]) for row in rows]


def _matched(outcome: str, code_hash: bytes | None, series_id: int | None, dimension: str | None) -> _Matched:
    if outcome == SerialLocked.code:
        return _Matched(SerialLocked(), [])
    if outcome == TooManyAttempts.code:
        return _Matched(TooManyAttempts(dimension=dimension), [])
    return _Matched(None, [access.Candidate(bytes(code_hash), series_id or 0)] if code_hash is not None else [])


def check_with_serial(
    *, serial: str, code: str, actor: Actor, place_id: int | None = None, service: str | None = None, channel: str = "API", at: datetime
) -> VoucherSeen:
    """Test a voucher, without spending it, where its serial is given beside its secret.

    Raises, once the try is kept: CodeMistyped, SerialMistyped, VoucherUnknown (for any pair that does not match), SerialLocked,
    PlaceNotAccepted, PlaceRequired, TooManyAttempts.
    """
    seen = _check_with_serial(serial=serial, code=code, actor=actor, place_id=place_id, service=service, channel=channel, at=at)
    if isinstance(seen, Refusal):
        raise seen
    return seen


@transaction.atomic
def _check_with_serial(
    *, serial: str, code: str, actor: Actor, place_id: int | None, service: str | None, channel: str, at: datetime
) -> VoucherSeen | Refusal:
    asked = Asked(Item(code=code, service=service or "", place_id=place_id), actor, channel)
    answers: list[Answer | None] = [None]
    ready = prepare(asked, at, answers, 0)
    read = _serial(serial, answers, 0)
    if ready is None or read is None:
        refusal = answers[0]
        assert isinstance(refusal, Refusal)
        return (note_attempts([asked], refusal.code, at)[0] if isinstance(refusal, CodeMistyped) else None) or refusal
    (matched,) = _match([_Pair(asked, ready, read)], at)
    if matched.refusal is not None:
        note_attempts([asked], matched.refusal.code, at)
        return matched.refusal
    return look(asked, matched.candidates, place_id=ready.place_id, service=service, at=at)


@transaction.atomic
def unlock_serial(*, serial: str, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let a locked serial be asked with its secret again, because a person looked into it; the wrong secrets are forgotten.

    Repeat: the same request unlocks once. Raises: SerialMistyped, SerialNotLocked (or another tenant's), ReasonMissing, NirInText, IbanInText.
    """
    words = check_free_text(check_reason(reason))
    read = VoucherSerial.parse(serial)
    if SerialEvent.objects.filter(kind="UNLOCKED", request_id=request_id).exists():
        return
    found = queries.locked_serial(read)
    if found is None:
        raise SerialNotLocked(serial=read.printed())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('redemption.serial', %s))", [found.voucher_id])
    if queries.locked_serial(read) is None:
        raise SerialNotLocked(serial=read.printed())
    SerialEvent.objects.create(
        series_id=found.series_id,
        voucher_id=found.voucher_id,
        programme_id=found.programme_id,
        kind="UNLOCKED",
        organisation_id=actor.organisation_id,
        actor_person_id=actor.person_id,
        reason=words,
        request_id=request_id,
        at=at,
    )
    journal.record(
        actor=actor,
        action="redemption.serial-unlocked",
        subject=("voucher", f"{found.series_id}-{found.voucher_id}"),
        programme_id=found.programme_id,
        request_id=request_id,
        at=at,
    )
