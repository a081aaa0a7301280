"""What is left of a booklet, for whoever holds it: a number printed on it and one of its secrets together, slowed, and nothing written of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.distribution.rules import Kind
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.issuing.rules import VoucherToken, code_input
from carnet.kernel.identifiers import BookletSerial, SecretCode, SerialMistyped, VoucherSerial
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import VoucherView
from carnet.redemption import access
from carnet.redemption.models import BalanceTry
from carnet.redemption.rules import (
    BALANCE_TRIES_KEPT,
    BALANCE_WINDOW,
    BalanceClosed,
    BalanceUnknown,
    Cheque,
    Holding,
    Tries,
    check_balance_tries,
    holdings,
    network_of,
)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of what its holder was given. Never where or when the rest was spent, nor who gave it.

    `until` is exclusive: the end that was printed, or the end of grace once that is past.
    """

    programme_id: int
    programme: str
    phone: str
    holding: Holding
    left_count: int
    spent_count: int
    kept_count: int
    value_cents: int
    until: datetime


@dataclass(frozen=True, slots=True)
class _Marks:
    address: bytes
    number: bytes
    secret: bytes


@dataclass(frozen=True, slots=True)
class _Held:
    programme_id: int | None
    series_id: int | None
    booklet_id: int | None
    voucher_id: int | None
    code_hash: bytes | None
    is_locked: bool


def what_is_left(*, number: str, secret: str, address: str, at: datetime) -> Left:
    """What is left of a booklet: `number` is its own or one of its vouchers', `secret` the 18 digits or the QR code of one of its vouchers.

    `address` is the network's, from which tries are counted; only keyed hashes of the three are kept, under a key of the day.
    Raises: SerialMistyped, CodeMistyped (both before any look-up), BalanceUnknown, BalanceClosed, once the try is kept.
    """
    serial = _read_number(number)
    read = code_input(secret)
    answer = _ask(serial, read, address, at)
    if isinstance(answer, BalanceUnknown | BalanceClosed):
        raise answer
    return answer


def forget_balance_tries(*, at: datetime) -> int:
    """Forget the tries of the days before yesterday; return how many."""
    return int(BalanceTry.objects.filter(at__lte=at - BALANCE_TRIES_KEPT).delete()[0])


def _read_number(text: str) -> BookletSerial | VoucherSerial:
    try:
        return BookletSerial.parse(text)
    except SerialMistyped:
        return VoucherSerial.parse(text)


@transaction.atomic
def _ask(
    serial: BookletSerial | VoucherSerial, read: SecretCode | VoucherToken, address: str, at: datetime
) -> Left | BalanceUnknown | BalanceClosed:
    marks = _marks(serial, read, address, at)
    # One hand at a time on each number: a burst of connections does not get a sixth secret.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('redemption.balance', %s))", [int.from_bytes(marks.number[:7])])
    try:
        check_balance_tries(_tries(marks, at))
    except BalanceClosed as refusal:
        return refusal
    held = _held(serial, read)
    if held.is_locked:
        return BalanceClosed()
    is_right = held.voucher_id is not None and _is_genuine(read, held)
    BalanceTry.objects.create(address_mark=marks.address, number_mark=marks.number, secret_mark=marks.secret, was_wrong=not is_right, at=at)
    return _left(held, at) if is_right else BalanceUnknown()


def _marks(serial: BookletSerial | VoucherSerial, read: SecretCode | VoucherToken, address: str, at: datetime) -> _Marks:
    ring, day = key_ring(), legal_day(at).isoformat()
    typed = read.digits if isinstance(read, SecretCode) else read.text
    return _Marks(
        ring.mark(f"balance address {day}", network_of(address)),
        ring.mark(f"balance number {day}", str(serial)),
        ring.mark(f"balance secret {day}", typed),
    )


def _tries(marks: _Marks, at: datetime) -> Tries:
    """The marks are the day's: those of another day are other marks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM redemption_balancetry WHERE address_mark = %s AND was_wrong),"
            " (SELECT count(*) FROM redemption_balancetry WHERE address_mark = %s),"
            " (SELECT count(DISTINCT secret_mark) FROM redemption_balancetry WHERE number_mark = %s AND was_wrong),"
            " (SELECT count(*) FROM redemption_balancetry WHERE was_wrong AND at > %s AND at <= %s)",
            [marks.address, marks.address, marks.number, at - BALANCE_WINDOW, at],
        )
        return Tries(*cursor.fetchone())


def _held(serial: BookletSerial | VoucherSerial, read: SecretCode | VoucherToken) -> _Held:
    # Under the keys of every programme, whatever the number: the time says nothing of the number.
    hashes = access.hashes_everywhere(read.digits) if isinstance(read, SecretCode) else [read.code_hash]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT programme_id, series_id, booklet_id, voucher_id, code_hash, is_locked FROM redemption_held_booklet(%s, %s, %s, %s)",
            [serial.prefix, serial.number, isinstance(serial, BookletSerial), hashes],
        )
        return _Held(*cursor.fetchone())


def _is_genuine(read: SecretCode | VoucherToken, held: _Held) -> bool:
    """A QR code is believed only if the programme of the booklet signed it, for that series."""
    if isinstance(read, SecretCode):
        return True
    assert held.programme_id is not None
    return read.series_id == held.series_id and access.is_signed(read, held.programme_id)


def _left(held: _Held, at: datetime) -> Left:
    assert held.programme_id is not None
    assert held.series_id is not None
    assert held.booklet_id is not None
    with acting_as(programme_ids=[held.programme_id]):
        series = ledger.series(held.series_id)
        vouchers = ledger.vouchers_of_booklet(held.booklet_id)
        handed = distribution.hand_overs_of_booklet(series_id=series.id, booklet_id=held.booklet_id)
    programme = funding.programme(held.programme_id)
    given, own = _own(vouchers, handed, held.voucher_id)
    printed_until = given.printed_until if given else series.printed_until
    accepted_until = max(each.accepted_until for each in own)
    counted = holdings([Cheque(each.state, each.active, each.accepted_until, each.reserved_until) for each in own], at=at)
    return Left(
        programme_id=programme.id,
        programme=programme.name,
        phone=programme.terms.phone,
        holding=counted.holding,
        left_count=counted.left_count,
        spent_count=counted.spent_count,
        kept_count=counted.kept_count,
        value_cents=series.face_value_cents,
        until=printed_until if at < printed_until else accepted_until,
    )


def _own(
    vouchers: Sequence[VoucherView], handed: Sequence[HandOverView], voucher_id: int | None
) -> tuple[HandOverView | None, list[VoucherView]]:
    """The hand-over that gave this voucher, and what it gave of the booklet: the vouchers of one booklet may be several people's."""
    apart = [each for each in handed if each.kind is Kind.VOUCHERS]
    mine = next((each for each in apart if voucher_id in each.voucher_ids), None)
    if mine is not None:
        return mine, [each for each in vouchers if each.id in mine.voucher_ids]
    others = {given for each in apart for given in each.voucher_ids}
    whole = next((each for each in handed if each.kind is not Kind.VOUCHERS), None)
    return whole, [each for each in vouchers if each.id not in others]
