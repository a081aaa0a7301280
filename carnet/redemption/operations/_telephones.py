"""A place's telephones: registered by a code sent to them, then spending, testing and undoing by text message, under the same rules."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumberInvalid, check_free_text
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import Scope
from carnet.places import queries as places
from carnet.redemption import access
from carnet.redemption.models import IncomingText, OutgoingText, Stranger, Telephone
from carnet.redemption.operations._locks import SerialItem, check_with_serial, redeem_with_serials
from carnet.redemption.operations._redeeming import reverse
from carnet.redemption.queries import Redeemed, VoucherSeen
from carnet.redemption.rules import (
    CONFIRMATION_DIGITS,
    CONFIRMATION_LIFETIME,
    CONFIRMATIONS_PER_NUMBER,
    CONFIRMATIONS_PER_ORGANISATION,
    SENDING_GIVEN_UP,
    STRANGER_EVERY,
    TEXTS_PER_HOUR_MAX,
    Command,
    ConfirmationsTooMany,
    ConfirmationWrong,
    Help,
    NotDoneByThisTelephone,
    ServiceMissing,
    Spend,
    Stop,
    TelephoneTaken,
    TextsTooMany,
    Undo,
    check_confirmation,
    check_mobile,
    check_reason,
    read_text,
)

CHANNEL = "SMS"
# What numbers, digits and messages are marked and sealed for.
NUMBER, CONFIRMATION, MESSAGE, SENDING = "telephone", "telephone confirmation", "text message", "text to send"
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


# --- a telephone becomes a place's, and stops being it --------------------------------------------------------


@transaction.atomic
def register_telephone(
    *, place_id: int, number: str, language: str, write: Callable[[str], str], actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Ask for a telephone: digits are sent to it, which the place types back. Returns its id. `write` words the message.

    Raises: PlaceNotAccepted, PhoneNumberInvalid, ConfirmationsTooMany.
    """
    known = Telephone.objects.filter(request_id=request_id).first()
    if known is not None:
        return int(known.id)
    place = access.own_sheet_place(actor, place_id, at=at)
    read = check_mobile(number)
    mark = key_ring().mark(NUMBER, read.text)
    assert actor.organisation_id is not None
    _check_asked(mark, actor.organisation_id, at)
    digits = f"{secrets.randbelow(10**CONFIRMATION_DIGITS):0{CONFIRMATION_DIGITS}d}"
    row = Telephone.objects.create(
        organisation_id=actor.organisation_id, place_id=place.place_id, number_mark=mark, last_digits=read.text[-2:],
        language=language, asked_at=at, asked_by_id=actor.person_id, confirmation_mark=_confirmation(request_id, digits),
        confirmation_expires_at=at + CONFIRMATION_LIFETIME, request_id=request_id,
    )  # fmt: skip
    _post(read.text, write(digits), at)
    _journal(actor, "telephone-asked", row, {"place": place.place_id}, request_id, at)
    return int(row.id)


def _check_asked(mark: bytes, organisation_id: int, at: datetime) -> None:
    most, within = CONFIRMATIONS_PER_NUMBER
    with access.ringing(mark):
        of_number = Telephone.objects.filter(number_mark=mark, asked_at__gt=at - within).count()
    most_here, within_here = CONFIRMATIONS_PER_ORGANISATION
    here = Telephone.objects.filter(organisation_id=organisation_id, asked_at__gt=at - within_here).count()
    if of_number >= most or here >= most_here:
        raise ConfirmationsTooMany()


def _confirmation(request_id: UUID, digits: str) -> bytes:
    return key_ring().mark(CONFIRMATION, f"{request_id}:{digits}")


def confirm_telephone(*, telephone_id: int, digits: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a telephone into service: whoever asked for it typed the digits it received. A wrong try is counted, then refused.

    Raises: TelephoneUnknown, ConfirmationWrong, ConfirmationExpired, TelephoneTaken.
    """
    wrong: ConfirmationWrong | None = None
    with transaction.atomic():
        row = access.own_telephone(actor, telephone_id)
        if row.confirmed_at is not None:
            return
        try:
            check_confirmation(
                given=_confirmation(row.request_id, "".join(digits.split())),
                expected=bytes(row.confirmation_mark),
                tries=row.tries,
                expires_at=row.confirmation_expires_at,
                at=at,
            )
        except ConfirmationWrong as refusal:
            wrong, row.tries = refusal, row.tries + 1
            row.save(update_fields=["tries"])
        else:
            _take_into_service(row, at)
            _journal(actor, "telephone-confirmed", row, {"place": row.place_id}, request_id, at)
    if wrong is not None:
        raise wrong


def _take_into_service(row: Telephone, at: datetime) -> None:
    row.confirmed_at = at
    try:
        with transaction.atomic():
            row.save(update_fields=["confirmed_at"])
    except IntegrityError:
        raise TelephoneTaken() from None


@transaction.atomic
def revoke_telephone(*, telephone_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a telephone away from its place; its number is forgotten. Raises: TelephoneUnknown."""
    _forget(access.own_telephone(actor, telephone_id), actor, request_id, at)


def _forget(row: Telephone, actor: Actor, request_id: UUID, at: datetime) -> None:
    row.revoked_at, row.revoked_by_id, row.number_mark, row.last_digits = at, actor.person_id, None, ""
    row.save(update_fields=["revoked_at", "revoked_by_id", "number_mark", "last_digits"])
    _journal(actor, "telephone-revoked", row, {"place": row.place_id}, request_id, at)


# --- a text comes in ------------------------------------------------------------------------------------------


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
    telephone = access.telephone_that_rings(mark)
    if telephone is None:
        return _answer_stranger(mark, number.text, write, at)
    with acting_as(organisation_ids=[telephone.organisation_id]):
        return _answer(telephone, key_ring().mark(MESSAGE, message_id), number.text, text, write, at)


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
        _post(number, message, at)
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
        _post(number, written, at)
    accepted = sum(line.redeemed is not None for line in lines)
    _journal(actor, "text-answered", telephone, {"lines": len(lines), "accepted": accepted}, uuid4(), at)
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
        _forget(access.own_telephone(actor, telephone.id), actor, uuid4(), at)
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


def _post(to: str, body: str, at: datetime) -> None:
    """Put a message into the outbox, sealed, in the caller's transaction."""
    ring = key_ring()
    OutgoingText.objects.create(sealed_to=ring.seal(SENDING, to.encode()), sealed_body=ring.seal(SENDING, body.encode()), made_at=at)


def send_texts(*, send: Callable[[str, str, str], None], at: datetime, limit: int = 200) -> tuple[int, int]:
    """Send what waits by `send(to, text, reference)`, one message a transaction; return (sent, failed). What is sent is forgotten.

    What fails (OSError) is tried again; what could not be sent for SENDING_GIVEN_UP is forgotten too.
    """
    sent = failed = 0
    after = 0
    for _each in range(limit):
        with transaction.atomic():
            row = OutgoingText.objects.select_for_update(skip_locked=True).filter(id__gt=after).order_by("id").first()
            if row is None:
                break
            after = row.id
            if row.made_at <= at - SENDING_GIVEN_UP:
                row.delete()
                failed += 1
                continue
            if _send_one(row, send):
                sent += 1
            else:
                failed += 1
    return sent, failed


def _send_one(row: OutgoingText, send: Callable[[str, str, str], None]) -> bool:
    ring = key_ring()
    reference = ring.mark(SENDING, f"{row.id}:{row.made_at.isoformat()}").hex()[:32]
    try:
        send(ring.unseal(SENDING, bytes(row.sealed_to)).decode(), ring.unseal(SENDING, bytes(row.sealed_body)).decode(), reference)
    except OSError:
        row.tries += 1
        row.save(update_fields=["tries"])
        return False
    row.delete()
    return True


def forget_strangers(*, at: datetime) -> int:
    """Forget the numbers that wrote more than a day ago; return how many."""
    return int(Stranger.objects.filter(answered_at__lte=at - STRANGER_EVERY).delete()[0])


def _journal(actor: Actor, what: str, row: Telephone, facts: dict[str, int], request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor, action=f"redemption.{what}", subject=("telephone", row.id), facts=facts, organisation_id=row.organisation_id,
        request_id=request_id, at=at,
    )  # fmt: skip
