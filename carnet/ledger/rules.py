"""The legal life of a voucher, the legal moves of money, and who bears each cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar

from carnet.kernel.money import cumulative_split
from carnet.kernel.refusals import Refusal

VOUCHERS_PER_SERIES_MAX = 5_000_000
BOOKLET_SIZE_MAX = 50


class LedgerRefused(Refusal):
    """Base of the ledger's refusals."""

    code: ClassVar[str] = "ledger-refused"


class AmountNotPositive(LedgerRefused):
    """An amount of zero or less."""

    code = "amount-not-positive"


class NotCovered(LedgerRefused):
    """Activation asked before the whole face value is in the account."""

    code = "not-covered"


class MoneyNotThere(LedgerRefused):
    """A repayment larger than what the account holds."""

    code = "money-not-there"


class AlreadyActivated(LedgerRefused):
    """The series is active already."""

    code = "already-activated"


class SeriesUnknown(LedgerRefused):
    """No such series, or one of another tenant."""

    code = "series-unknown"


class SeriesTooLarge(LedgerRefused):
    """More vouchers, or vouchers per booklet, than one series may hold."""

    code = "series-too-large"


class SeriesNotEnded(LedgerRefused):
    """Lapse asked before the end of grace."""

    code = "series-not-ended"


class AcceptanceSooner(LedgerRefused):
    """Vouchers in hands are taken until what was promised, at least. Facts: accepted_until."""

    code = "acceptance-sooner"


class AcceptanceOwn(LedgerRefused):
    """The ends of this series count from each hand-over: there is no common end to move. Facts: series_id."""

    code = "acceptance-own"


class StopAfterPrinted(LedgerRefused):
    """Hand-overs stop at the latest when the printed validity ends. Facts: printed_until."""

    code = "stop-after-printed"


class SeriesNotLapsed(LedgerRefused):
    """Money of a series asked back while its vouchers may still be spent."""

    code = "series-not-lapsed"


class SharesDoNotMakeFace(LedgerRefused):
    """Weights that do not sum to the value of the whole series."""

    code = "shares-do-not-make-face"


class BookletUnknown(LedgerRefused):
    """No such booklet, or one of another tenant."""

    code = "booklet-unknown"


class VoucherSerialUnknown(LedgerRefused):
    """No voucher carries this serial, or one of another tenant does."""

    code = "voucher-serial-unknown"


class RangeReversed(LedgerRefused):
    """A last booklet before the first, or a range that leaves its series."""

    code = "range-reversed"


class NotHolder(LedgerRefused):
    """Booklets of the range are not in the hands of the one who passes them on."""

    code = "not-holder"


class AlreadyHandedOver(LedgerRefused):
    """Booklets or vouchers of the range are no longer in stock."""

    code = "already-handed-over"


class AlreadyVoid(LedgerRefused):
    """Every booklet of the range was ended before. Facts: voided_at."""

    code = "already-void"


class AlreadyLapsed(LedgerRefused):
    """The series has lapsed: its vouchers have no life left to end. Facts: lapsed_at."""

    code = "already-lapsed"


class NothingUnspent(LedgerRefused):
    """Every voucher of the range was spent: nothing is left to end."""

    code = "nothing-unspent"


class NothingOwed(LedgerRefused):
    """A payment larger than what is owed."""

    code = "nothing-owed"


class NothingDue(LedgerRefused):
    """A place charged for what it was never owed, or giving back more than it owes."""

    code = "nothing-due"


class NothingToExchange(LedgerRefused):
    """No voucher here was handed over, left unspent until its end, or blocked as lost."""

    code = "nothing-to-exchange"


class AlreadyExchanged(LedgerRefused):
    """These vouchers were exchanged before. Facts: exchanged_at."""

    code = "already-exchanged"


class ValueReturned(LedgerRefused):
    """The money of these vouchers went back to the funders: nothing is left to give others for. Facts: returned_at."""

    code = "value-returned"


class ReservedTooLittle(LedgerRefused):
    """More owed for a connection than is still reserved for it. Facts: cents, reserved_cents."""

    code = "reserved-too-little"


class LandlordNotPaid(LedgerRefused):
    """A provider paid a landlord's part before the landlord paid it in. Facts: cents, available_cents."""

    code = "landlord-not-paid"


class PartnerOwesLess(LedgerRefused):
    """More received from a clearing partner than it owes. Facts: cents, owed_cents."""

    code = "partner-owes-less"


class ClearingNotCovered(LedgerRefused):
    """A place paid, or an advance taken back, before the partner's money came. Facts: cents, available_cents."""

    code = "clearing-not-covered"


class CodesTaken(Exception):
    """Ranks whose code is already another voucher's: they are drawn again. No refusal: nobody ever reads it."""

    def __init__(self, ranks: tuple[int, ...]) -> None:
        super().__init__(f"{len(ranks)} codes are taken")
        self.ranks = ranks


class EndReason(StrEnum):
    """Why booklets are ended before their time."""

    LOST = "LOST"
    STOLEN = "STOLEN"
    DAMAGED = "DAMAGED"
    RECALLED = "RECALLED"


class State(StrEnum):
    """What a voucher is counted as."""

    IN_STOCK = "in_stock"
    HANDED_OVER = "handed_over"
    REDEEMED = "redeemed"
    LAPSED = "lapsed"
    VOID = "void"


class Mark(IntEnum):
    """What a voucher's own row says of it. The rest follows from its booklet and its series."""

    NONE = 0
    HANDED_OVER = 1
    REDEEMED = 2
    VOID = 4


class PassageKind(StrEnum):
    """Why a run of vouchers passed on."""

    DRAWN = "DRAWN"
    PRINTED = "PRINTED"
    SHIPPED = "SHIPPED"
    RECEIVED = "RECEIVED"
    ACTIVATED = "ACTIVATED"
    MOVED = "MOVED"
    TAKEN_OUT = "TAKEN_OUT"
    HANDED_OVER = "HANDED_OVER"
    RETURNED = "RETURNED"
    VOIDED = "VOIDED"
    LAPSED = "LAPSED"
    EXCHANGED = "EXCHANGED"


class AccountKind(StrEnum):
    """Where cents can be. DUE: what a place owes back; CHARGED: its other side, below zero by all it was ever charged.

    Funders' money of connections: RESERVED for homes; BILLED and SERVED, owed and paid to a provider. Others' money beside it, never a
    funder's: OWNER and HOUSEHOLD, below zero by all that landlords and households ever paid; LANDLORD, below zero by what it still owes;
    CALLED and PASSED, owed and paid to a provider by them.

    Clearing between operators, never a funder's either: PARTNER, below zero by what another operator owes; ABROAD, below zero by all it ever
    paid; CLAIMED and HONOURED, owed and paid to a place; OPERATOR, below zero by what this operator advances of its own; ADVANCED, its other side.
    """

    SOURCE = "SOURCE"
    UNISSUED = "UNISSUED"
    CIRCULATION = "CIRCULATION"
    OWED = "OWED"
    PAID = "PAID"
    RETURNED = "RETURNED"
    DUE = "DUE"
    CHARGED = "CHARGED"
    RESERVED = "RESERVED"
    BILLED = "BILLED"
    SERVED = "SERVED"
    OWNER = "OWNER"
    HOUSEHOLD = "HOUSEHOLD"
    LANDLORD = "LANDLORD"
    CALLED = "CALLED"
    PASSED = "PASSED"
    PARTNER = "PARTNER"
    ABROAD = "ABROAD"
    CLAIMED = "CLAIMED"
    HONOURED = "HONOURED"
    OPERATOR = "OPERATOR"
    ADVANCED = "ADVANCED"


class MovementKind(StrEnum):
    """Why cents moved."""

    RECEIVE = "RECEIVE"
    REPAY = "REPAY"
    ACTIVATE = "ACTIVATE"
    REDEEM = "REDEEM"
    REVERSE = "REVERSE"
    PAY = "PAY"
    UNPAY = "UNPAY"
    RETURN = "RETURN"
    EXCHANGE = "EXCHANGE"
    CHARGE = "CHARGE"
    RECOVER = "RECOVER"
    REOPEN = "REOPEN"
    RESERVE = "RESERVE"
    RELEASE = "RELEASE"
    OWE = "OWE"
    SETTLE = "SETTLE"
    UNSETTLE = "UNSETTLE"
    CALL = "CALL"
    COLLECT = "COLLECT"
    LEVY = "LEVY"
    REMIT = "REMIT"
    FORWARD = "FORWARD"
    RECALL = "RECALL"
    CLEAR = "CLEAR"
    UNCLEAR = "UNCLEAR"
    COVER = "COVER"
    ADVANCE = "ADVANCE"
    RECOUP = "RECOUP"
    HONOUR = "HONOUR"
    BOUNCE = "BOUNCE"


# From each state, by which act, to which state. Source: docs/architecture.md#the-ledgers-grain.
TRANSITIONS: tuple[tuple[State | None, str, State], ...] = (
    (None, "drawn", State.IN_STOCK),
    (State.IN_STOCK, "handed over", State.HANDED_OVER),
    (State.IN_STOCK, "voided", State.VOID),
    (State.IN_STOCK, "lapsed", State.LAPSED),
    (State.HANDED_OVER, "redeemed", State.REDEEMED),
    (State.HANDED_OVER, "voided", State.VOID),
    (State.HANDED_OVER, "lapsed", State.LAPSED),
    (State.REDEEMED, "reversed", State.HANDED_OVER),
)

# Which account each kind of movement credits (cents leave) and debits (cents arrive).
ROUTES: Mapping[MovementKind, tuple[AccountKind, AccountKind]] = {
    MovementKind.RECEIVE: (AccountKind.SOURCE, AccountKind.UNISSUED),
    MovementKind.REPAY: (AccountKind.UNISSUED, AccountKind.RETURNED),
    MovementKind.ACTIVATE: (AccountKind.UNISSUED, AccountKind.CIRCULATION),
    MovementKind.REDEEM: (AccountKind.CIRCULATION, AccountKind.OWED),
    MovementKind.REVERSE: (AccountKind.OWED, AccountKind.CIRCULATION),
    MovementKind.PAY: (AccountKind.OWED, AccountKind.PAID),
    MovementKind.UNPAY: (AccountKind.PAID, AccountKind.OWED),
    MovementKind.RETURN: (AccountKind.CIRCULATION, AccountKind.RETURNED),
    # The value of an exchanged voucher is free for other vouchers of its agreement: docs/decisions/0046-books-and-exchanges.md.
    MovementKind.EXCHANGE: (AccountKind.CIRCULATION, AccountKind.UNISSUED),
    # A place owes a voucher back, gives it back, or owes it again: docs/decisions/0040-what-a-place-owes.md.
    MovementKind.CHARGE: (AccountKind.CHARGED, AccountKind.DUE),
    MovementKind.RECOVER: (AccountKind.DUE, AccountKind.CIRCULATION),
    MovementKind.REOPEN: (AccountKind.CIRCULATION, AccountKind.DUE),
    # A home is connected with money reserved for it; a provider is owed month by month: docs/decisions/0069-the-money-of-connections.md.
    MovementKind.RESERVE: (AccountKind.UNISSUED, AccountKind.RESERVED),
    MovementKind.RELEASE: (AccountKind.RESERVED, AccountKind.UNISSUED),
    MovementKind.OWE: (AccountKind.RESERVED, AccountKind.BILLED),
    MovementKind.SETTLE: (AccountKind.BILLED, AccountKind.SERVED),
    MovementKind.UNSETTLE: (AccountKind.SERVED, AccountKind.BILLED),
    # A landlord's part, the households' that it collects, and those that the provider collects itself.
    MovementKind.CALL: (AccountKind.LANDLORD, AccountKind.CALLED),
    MovementKind.REMIT: (AccountKind.OWNER, AccountKind.LANDLORD),
    MovementKind.LEVY: (AccountKind.HOUSEHOLD, AccountKind.LANDLORD),
    MovementKind.FORWARD: (AccountKind.CALLED, AccountKind.PASSED),
    MovementKind.RECALL: (AccountKind.PASSED, AccountKind.CALLED),
    MovementKind.COLLECT: (AccountKind.HOUSEHOLD, AccountKind.PASSED),
    # Another operator owes what its vouchers paid at a place of ours, pays it; the place is paid: docs/decisions/0085-clearing-between-operators.md.
    MovementKind.CLEAR: (AccountKind.PARTNER, AccountKind.CLAIMED),
    MovementKind.UNCLEAR: (AccountKind.CLAIMED, AccountKind.PARTNER),
    MovementKind.COVER: (AccountKind.ABROAD, AccountKind.PARTNER),
    MovementKind.ADVANCE: (AccountKind.OPERATOR, AccountKind.ADVANCED),
    MovementKind.RECOUP: (AccountKind.ADVANCED, AccountKind.OPERATOR),
    MovementKind.HONOUR: (AccountKind.CLAIMED, AccountKind.HONOURED),
    MovementKind.BOUNCE: (AccountKind.HONOURED, AccountKind.CLAIMED),
}

# Accounts that may be below zero: what came in from outside, what was charged, what a landlord or another operator owes, what is advanced.
BELOW_ZERO = (
    AccountKind.SOURCE, AccountKind.CHARGED, AccountKind.OWNER, AccountKind.HOUSEHOLD, AccountKind.LANDLORD, AccountKind.PARTNER, AccountKind.ABROAD,
    AccountKind.OPERATOR,
)  # fmt: skip
# Cents of clearing between operators: of no agreement.
OF_CLEARING = frozenset(
    {
        MovementKind.CLEAR, MovementKind.UNCLEAR, MovementKind.COVER, MovementKind.ADVANCE, MovementKind.RECOUP, MovementKind.HONOUR,
        MovementKind.BOUNCE,
    }
)  # fmt: skip
# Cents of landlords, households and other operators: in the same ledger, between accounts of their own, never a funder's.
OF_OTHERS = OF_CLEARING | {
    MovementKind.CALL, MovementKind.REMIT, MovementKind.LEVY, MovementKind.FORWARD, MovementKind.RECALL, MovementKind.COLLECT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weight:
    """One funder's part of a whole series, in cents: what it holds while vouchers circulate, and
    what it bears once they are used. They differ when a share is paid on use and advanced."""

    funder_id: int
    held_cents: int
    borne_cents: int


@dataclass(frozen=True, slots=True)
class SharePattern:
    """How the cents of one voucher are shared. `voucher_count` vouchers of the series follow it."""

    number: int
    funder_ids: tuple[int, ...]
    held_cents: tuple[int, ...]
    borne_cents: tuple[int, ...]
    voucher_count: int


@dataclass(frozen=True, slots=True)
class Money:
    """Where a set of funders' cents is. Unit: whole cents.

    `reserved`: kept for connections, owed to their provider included; `served`: paid to providers. `owed` and `paid` are the places' alone.
    """

    funded: int = 0
    unissued: int = 0
    in_circulation: int = 0
    owed: int = 0
    paid: int = 0
    returned: int = 0
    reserved: int = 0
    served: int = 0

    def __add__(self, other: "Money") -> "Money":
        return Money(*(getattr(self, name) + getattr(other, name) for name in MONEY_NAMES))

    @property
    def balanced(self) -> bool:
        """Whether funded = unissued + in circulation + owed + paid + returned + reserved + served."""
        return self.funded == (self.unissued + self.in_circulation + self.owed + self.paid + self.returned + self.reserved + self.served)

    def as_dict(self) -> dict[str, int]:
        """The eight amounts by name."""
        return {name: getattr(self, name) for name in MONEY_NAMES}


MONEY_NAMES = ("funded", "unissued", "in_circulation", "owed", "paid", "returned", "reserved", "served")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many vouchers are in each state; `issued` is their sum."""

    issued: int = 0
    in_stock: int = 0
    handed_over: int = 0
    redeemed: int = 0
    lapsed: int = 0
    void: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNT_NAMES))

    @property
    def balanced(self) -> bool:
        """Whether issued is the sum of the others."""
        return self.issued == self.in_stock + self.handed_over + self.redeemed + self.lapsed + self.void

    def as_dict(self) -> dict[str, int]:
        """The six counts by name."""
        return {name: getattr(self, name) for name in COUNT_NAMES}


COUNT_NAMES = ("issued", "in_stock", "handed_over", "redeemed", "lapsed", "void")


@dataclass(frozen=True, slots=True)
class Fault:
    """An invariant that does not hold, and the row that breaks it."""

    invariant: str
    where: str
    what: str


def effective_state(
    *, mark: int, booklet_handed_over_at: datetime | None, booklet_voided_at: datetime | None, series_lapsed_at: datetime | None
) -> State:
    """What a voucher is counted as, from its own row, its booklet and its series.

    The database says the same in ``ledger_effective_state``; a test holds both equal.
    """
    if mark == Mark.REDEEMED:
        return State.REDEEMED
    if mark == Mark.VOID or booklet_voided_at is not None:
        return State.VOID
    if series_lapsed_at is not None:
        return State.LAPSED
    if mark == Mark.HANDED_OVER or booklet_handed_over_at is not None:
        return State.HANDED_OVER
    return State.IN_STOCK


def share_patterns(*, face_value_cents: int, voucher_count: int, weights: Sequence[Weight]) -> tuple[list[SharePattern], list[int]]:
    """Share a series: the few patterns its vouchers follow, and the pattern number of each rank.

    Each voucher's cents are differences of cumulative floors: after any number of vouchers each
    funder is within one cent of its weight; over the whole series each has exactly its weight. The
    odd cent of a voucher is borne by the funder whose cumulative floor steps there; funders are
    taken in the order of the agreement (docs/decisions/0003-who-bears-the-odd-cent.md).

    Raises: SharesDoNotMakeFace, SeriesTooLarge.
    """
    if not 0 < voucher_count <= VOUCHERS_PER_SERIES_MAX:
        raise SeriesTooLarge(voucher_count=voucher_count, voucher_count_max=VOUCHERS_PER_SERIES_MAX)
    total = face_value_cents * voucher_count
    for side in ("held_cents", "borne_cents"):
        weighed = sum(getattr(weight, side) for weight in weights)
        if weighed != total or any(getattr(weight, side) < 0 for weight in weights):
            raise SharesDoNotMakeFace(side=side, total_cents=weighed, expected_cents=total)
    funder_ids = tuple(weight.funder_id for weight in weights)
    held_run = cumulative_split(each_cents=face_value_cents, count=voucher_count, weights=[w.held_cents for w in weights])
    borne_run = cumulative_split(each_cents=face_value_cents, count=voucher_count, weights=[w.borne_cents for w in weights])
    numbers: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    by_rank = [numbers.setdefault(shares, len(numbers)) for shares in zip(held_run, borne_run, strict=True)]
    counts = [0] * len(numbers)
    for number in by_rank:
        counts[number] += 1
    patterns = [SharePattern(number, funder_ids, held, borne, counts[number]) for (held, borne), number in numbers.items()]
    return patterns, by_rank


def missing_cover(*, needed: Mapping[int, int], available: Mapping[int, int]) -> dict[int, int]:
    """Cents each funder still has to bring in before activation; empty when the series is covered."""
    return {funder: cents - available.get(funder, 0) for funder, cents in needed.items() if cents > available.get(funder, 0)}


def check_positive(cents: int) -> int:
    """Return `cents`. Raises: AmountNotPositive."""
    if cents <= 0:
        raise AmountNotPositive(cents=cents)
    return cents


def check_endable(*, wanted: int, held: int, voided_at: datetime | None, lapsed_at: datetime | None, unspent: int) -> None:
    """Refuse to end booklets that are not all there, or whose vouchers have no life left.

    Raises: NotHolder, AlreadyVoid, AlreadyLapsed, NothingUnspent.
    """
    if held != wanted:
        raise NotHolder(wanted=wanted, held=held)
    if voided_at is not None:
        raise AlreadyVoid(voided_at=voided_at)
    if lapsed_at is not None:
        raise AlreadyLapsed(lapsed_at=lapsed_at)
    if unspent == 0:
        raise NothingUnspent


def check_stop(*, stop_at: datetime | None, printed_until: datetime) -> None:
    """Hand-overs stop before the paper ends, or are not stopped. Raises: StopAfterPrinted."""
    if stop_at is not None and stop_at > printed_until:
        raise StopAfterPrinted(printed_until=printed_until)


def split_by_remaining(cents: int, remaining: Mapping[int, int]) -> dict[int, int]:
    """Share `cents` between funders in proportion to what each still has reserved, to the cent; funders with no cent are left out.

    The odd cents go one each to the largest remainders, equal ones in the order given; nobody ever gives more than it has, and what takes all
    takes all of each.
    Raises: ReservedTooLittle, AmountNotPositive.
    """
    total = sum(remaining.values())
    if check_positive(cents) > total:
        raise ReservedTooLittle(cents=cents, reserved_cents=total)
    parts = {funder_id: cents * left // total for funder_id, left in remaining.items()}
    # sorted() is stable: equal remainders keep the order of the signatures.
    by_need = sorted(remaining, key=lambda funder_id: parts[funder_id] * total - cents * remaining[funder_id])
    for funder_id in by_need[: cents - sum(parts.values())]:
        parts[funder_id] += 1
    return {funder_id: part for funder_id, part in parts.items() if part}
