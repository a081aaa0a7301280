"""Text messages of places' telephones: read, done and answered once, under the same rules as every counter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumberInvalid, check_free_text
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import Scope
from carnet.places import queries as places
from carnet.redemption import access
from carnet.redemption.models import IncomingText, Stranger, Telephone
from carnet.redemption.operations._locks import SerialItem, check_with_serial, redeem_with_serials
from carnet.redemption.operations._outbox import post
from carnet.redemption.operations._redeeming import reverse
from carnet.redemption.operations._telephones import NUMBER, forget_telephone, note
from carnet.redemption.queries import Redeemed, VoucherSeen
from carnet.redemption.rules import (
    STRANGER_EVERY,
    TEXTS_PER_HOUR_MAX,
    Command,
    Help,
    NotDoneByThisTelephone,
    ServiceMissing,
    Spend,
    Stop,
    TextsTooMany,
    Undo,
    check_mobile,
    check_reason,
    read_text,
)

CHANNEL = "SMS"
# What messages are marked for, and how far back a telephone finds what it did.
MESSAGE = "text message"
UNDONE_AMONG = 200


@dataclass(frozen=True, slots=True)
class TextLine:
    """What became of one line of a text: one of the four is told, or none (help, stop)."""

    command: Command
    redeemed: Redeemed | None = None
    seen: VoucherSeen | None = None
    undone: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """What is answered to a text. `place_id` is None for a number nobody registered."""

    language: str
    place_id: int | None
    lines: tuple[TextLine, ...]


Write = Callable[[TextAnswer], Sequence[str]]


@transaction.atomic
def answer_text(*, message_id: str, sender: str, text: str, write: Write, at: datetime) -> bool:
    """Do what a text asks and post its answer, in one transaction. `write` words what became of it; nothing of the text is kept.

    Repeat: the same `message_id` again does nothing and answers nothing more.
    Returns whether an answer was posted. A sender that cannot be answered is left alone.
    """
    try:
        number = check_mobile(sender)
    except PhoneNumberInvalid:
        return False
    mark = key_ring().mark(NUMBER, number.text)
    # Whoever is reminded of their own vouchers says stop with the same word as a place's telephone.
    has_stopped = _is_stop(text, at) and distribution.stop_by_number(number=number, request_id=uuid4(), at=at) > 0
    telephone = access.telephone_that_rings(mark)
    if telephone is None and has_stopped:
        for message in write(TextAnswer("fr", None, (TextLine(Stop()),))):
            post(number.text, message, at)
        return True
    if telephone is None:
        return _answer_stranger(mark, number.text, write, at)
    with acting_as(organisation_ids=[telephone.organisation_id]):
        return _answer(telephone, key_ring().mark(MESSAGE, message_id), number.text, text, write, at)


def _is_stop(text: str, at: datetime) -> bool:
    return read_text(text, today=legal_day(at)) == (Stop(),)


def _answer_stranger(mark: bytes, number: str, write: Write, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO redemption_stranger AS s (number_mark, answered_at) VALUES (%s, %s) ON CONFLICT (number_mark)"
            " DO UPDATE SET answered_at = EXCLUDED.answered_at WHERE s.answered_at <= %s RETURNING 1",
            [mark, at, at - STRANGER_EVERY],
        )
        if cursor.fetchone() is None:
            return False
    for message in write(TextAnswer("fr", None, ())):
        post(number, message, at)
    return True


def _answer(telephone: Telephone, message: bytes, number: str, text: str, write: Write, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [message.hex()])
    if IncomingText.objects.filter(message_mark=message).exists():
        return False
    lately = IncomingText.objects.filter(telephone_id=telephone.id, at__gt=at - timedelta(hours=1)).count()
    if lately > TEXTS_PER_HOUR_MAX:
        return False
    actor = _actor(telephone)
    if lately == TEXTS_PER_HOUR_MAX:
        lines: tuple[TextLine, ...] = (TextLine(Help(), refusal=TextsTooMany()),)
    else:
        lines = _perform(telephone, message, read_text(text, today=legal_day(at)), actor, at)
    IncomingText.objects.create(
        telephone_id=telephone.id, organisation_id=telephone.organisation_id, message_mark=message, at=at,
        outcomes=[_outcome(line) for line in lines],
        redemption_numbers=[line.redeemed.number if line.redeemed else "" for line in lines],
        voucher_serials=[line.redeemed.voucher_serial if line.redeemed else "" for line in lines],
    )  # fmt: skip
    for written in write(TextAnswer(telephone.language, telephone.place_id, lines)):
        post(number, written, at)
    accepted = sum(line.redeemed is not None for line in lines)
    note(actor, "text-answered", telephone, {"lines": len(lines), "accepted": accepted}, uuid4(), at)
    return True


def _outcome(line: TextLine) -> str:
    if line.refusal is not None:
        return line.refusal.code
    if line.seen is not None:
        return f"tested: {line.seen.outcome}"[:40]
    return "redeemed" if line.redeemed else "reversed" if line.undone else type(line.command).__name__.lower()


def _actor(telephone: Telephone) -> Actor:
    """The telephone, acting for its place with the rights of a token that spends there."""
    return Actor(
        kind="token",
        label=f"telephone {telephone.id}",
        organisation_id=telephone.organisation_id,
        organisation_ids=frozenset({telephone.organisation_id}),
        roles=frozenset({Scope.REDEMPTIONS_WRITE.value}),
        place_id=telephone.place_id,
        instrument=f"phone:{telephone.id}",
    )


def _perform(telephone: Telephone, message: bytes, commands: Sequence[Command], actor: Actor, at: datetime) -> tuple[TextLine, ...]:
    lines: list[TextLine | None] = [_at_once(telephone, command, actor, at) for command in commands]
    spending = [rank for rank, line in enumerate(lines) if line is None]
    if spending:
        items = [_item(telephone, message, rank, commands[rank], at) for rank in spending]
        answers = redeem_with_serials(items=items, together=False, actor=actor, channel=CHANNEL, at=at)
        for rank, answer in zip(spending, answers, strict=True):
            refused = answer if isinstance(answer, Refusal) else None
            lines[rank] = TextLine(commands[rank], redeemed=None if isinstance(answer, Refusal) else answer, refusal=refused)
    return tuple(line for line in lines if line is not None)


def _at_once(telephone: Telephone, command: Command, actor: Actor, at: datetime) -> TextLine | None:
    """What a line comes to when nothing is spent; None for a voucher to spend with the others."""
    if isinstance(command, Refusal):
        return TextLine(command, refusal=command)
    if isinstance(command, Stop):
        forget_telephone(access.own_telephone(actor, telephone.id), actor, uuid4(), at)
        return TextLine(command)
    if isinstance(command, Undo):
        return _undone(telephone, command, actor, at)
    if isinstance(command, Spend):
        return _refused_or_tested(telephone, command, actor, at)
    return TextLine(command)


def _refused_or_tested(telephone: Telephone, command: Spend, actor: Actor, at: datetime) -> TextLine | None:
    if not command.is_test:
        return None if _service(telephone, command, at) is not None else TextLine(command, refusal=ServiceMissing())
    try:
        seen = check_with_serial(
            serial=command.serial, code=command.code, actor=actor, place_id=telephone.place_id, channel=CHANNEL, at=at
        )  # fmt: skip
    except Refusal as refusal:
        return TextLine(command, refusal=refusal)
    return TextLine(command, seen=seen)


def _service(telephone: Telephone, command: Spend, at: datetime) -> str | None:
    """The service named, else the only one the place is paid for."""
    if command.service is not None:
        return command.service
    codes = {code for each in places.accepted(telephone.place_id, at=at) for code in each.service_codes}
    return codes.pop() if len(codes) == 1 else None


def _item(telephone: Telephone, message: bytes, rank: int, command: Command, at: datetime) -> SerialItem:
    assert isinstance(command, Spend)
    service = _service(telephone, command, at) or ""
    key = f"text:{message.hex()[:40]}:{rank}"
    return SerialItem(command.serial, command.code, service, telephone.place_id, command.attended_on, key=key)


def _undone(telephone: Telephone, command: Undo, actor: Actor, at: datetime) -> TextLine:
    """Undo what this telephone did, named by its number or its voucher's serial."""
    number = _done_before(telephone, command.number)
    try:
        if number is None:
            raise NotDoneByThisTelephone(number=command.number[:60])
        reason = check_reason(check_free_text(command.reason))
        with transaction.atomic():
            reverse(number=number, reason=f"other: {reason}"[:200], actor=actor, request_id=uuid4(), at=at)
    except Refusal as refusal:
        return TextLine(command, refusal=refusal)
    return TextLine(command, undone=number)


def _done_before(telephone: Telephone, wanted: str) -> str | None:
    rows = IncomingText.objects.filter(telephone_id=telephone.id).order_by("-id")[:UNDONE_AMONG]
    for row in rows:
        for number, serial in zip(row.redemption_numbers, row.voucher_serials, strict=True):
            if number and wanted in (number, serial):
                return str(number)
    return None


# --- texts go out ---------------------------------------------------------------------------------------------


def forget_strangers(*, at: datetime) -> int:
    """Forget the numbers that wrote more than a day ago; return how many."""
    return int(Stranger.objects.filter(answered_at__lte=at - STRANGER_EVERY).delete()[0])
