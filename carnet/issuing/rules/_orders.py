"""An order's life, as facts that are dated one by one; what may come next; who gets what."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from carnet.kernel.identifiers import PRETEND_PREFIX, IssuerPrefix
from carnet.kernel.refusals import Refusal

BOOKLETS_PER_ORDER_MAX = 1_000_000
# Above this, codes are drawn in the background; below, the one who asked waits less than two seconds.
VOUCHERS_DRAWN_AT_ONCE_MAX = 50_000
CODES_PER_CHUNK = 10_000
BOOKLETS_PER_FILE = 500


class IssuingRefused(Refusal):
    """Base of the refusals of issuing."""

    code: ClassVar[str] = "issuing-refused"


class OrderUnknown(IssuingRefused):
    """No such order, or one of another operator: same words."""

    code = "order-unknown"


class BookletCountWrong(IssuingRefused):
    """Less than one booklet, or more than one order may hold. Facts: booklet_count, most."""

    code = "booklet-count-wrong"


class AgreementOfAnotherProgramme(IssuingRefused):
    """The agreement funds another programme than the one ordered for."""

    code = "agreement-of-another-programme"


class OrderNotApproved(IssuingRefused):
    """Codes asked for before a second person approved the edition."""

    code = "order-not-approved"


class OrderAlreadyDecided(IssuingRefused):
    """Approved or refused before. Facts: decided_at."""

    code = "order-already-decided"


class OrderAlreadyDrawn(IssuingRefused):
    """The codes of this order exist. Facts: drawn_at."""

    code = "order-already-drawn"


class OrderNotDrawn(IssuingRefused):
    """The codes of this order do not exist yet."""

    code = "order-not-drawn"


class OrderNotPrinted(IssuingRefused):
    """The booklets were not declared printed yet."""

    code = "order-not-printed"


class OrderAlreadyPrinted(IssuingRefused):
    """The booklets were declared printed. Facts: printed_at."""

    code = "order-already-printed"


class ProofOfPrintingMissing(IssuingRefused):
    """Declaring booklets printed needs the print shop's reference."""

    code = "proof-of-printing-missing"


class SeedDestroyed(IssuingRefused):
    """The secret of this edition was destroyed: nothing can be printed again. Facts: seed_destroyed_at."""

    code = "seed-destroyed"


class RanksReversed(IssuingRefused):
    """A last booklet before the first, or outside the order. Facts: booklet_count."""

    code = "ranks-reversed"


class JobUnknown(IssuingRefused):
    """No such background work, or one of another operator."""

    code = "job-unknown"


class PrintFileUnknown(IssuingRefused):
    """No such file, or one already deleted."""

    code = "print-file-unknown"


class RecipientWrong(IssuingRefused):
    """Booklets go to a prescriber or an operator. Facts: organisation."""

    code = "recipient-wrong"


class NotEnoughInStock(IssuingRefused):
    """Fewer booklets at hand than asked for, in one run. Facts: asked, held."""

    code = "not-enough-in-stock"


class ShipmentUnknown(IssuingRefused):
    """No such shipment, or one between other organisations."""

    code = "shipment-unknown"


class ShipmentNotYours(IssuingRefused):
    """Only the organisation that booklets were sent to confirms that they arrived. Facts: organisation."""

    code = "shipment-not-yours"


class ProgrammeNotSimulated(IssuingRefused):
    """Codes are only ever shown on paper, except those of a demonstration."""

    code = "programme-not-simulated"


class OrderState(StrEnum):
    """The furthest point an order has reached."""

    ORDERED = "ORDERED"
    REFUSED = "REFUSED"
    APPROVED = "APPROVED"
    DRAWN = "DRAWN"
    PRINTED = "PRINTED"
    SHIPPED = "SHIPPED"
    RECEIVED = "RECEIVED"
    ACTIVATED = "ACTIVATED"


class ProofStage(StrEnum):
    """Where an order stands with what its booklets look like. NONE: nobody began."""

    NONE = "NONE"
    DESIGNED = "DESIGNED"
    WAITING = "WAITING"
    RETURNED = "RETURNED"
    APPROVED = "APPROVED"


class Step(StrEnum):
    """What is to be done next with an order."""

    APPROVE = "APPROVE"
    MAKE_PROOF = "MAKE_PROOF"
    WAIT_PROOF = "WAIT_PROOF"
    DRAW = "DRAW"
    WAIT = "WAIT"
    PRINT = "PRINT"
    RECORD_PRINTED = "RECORD_PRINTED"
    PRINT_AGAIN = "PRINT_AGAIN"
    ACTIVATE = "ACTIVATE"
    SHIP = "SHIP"
    DESTROY_SEED = "DESTROY_SEED"
    NONE = "NONE"


class JobKind(StrEnum):
    """Background work of this room."""

    DRAW = "DRAW"
    PRINT = "PRINT"


class JobState(StrEnum):
    """Where background work stands. A killed one stays RUNNING, and goes on where it was when run again."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What happened to an order, each with its moment. Booklets, not vouchers, are counted.

    `spoiled_count`: told spoiled at the press, and not given again.
    """

    booklet_count: int
    approved_at: datetime | None = None
    refused_at: datetime | None = None
    proof: ProofStage = ProofStage.NONE
    drawing: bool = False
    drawn_at: datetime | None = None
    printing: bool = False
    file_count: int = 0
    spoiled_count: int = 0
    printed_at: datetime | None = None
    seed_destroyed_at: datetime | None = None
    activated_at: datetime | None = None
    at_operator_count: int = 0
    in_transit_count: int = 0


def state_of(facts: OrderFacts) -> OrderState:
    """The furthest point reached. Shipping, receiving and activating do not wait for one another."""
    if facts.refused_at is not None:
        return OrderState.REFUSED
    if facts.activated_at is not None:
        return OrderState.ACTIVATED
    if facts.printed_at is not None:
        if facts.at_operator_count == facts.booklet_count:
            return OrderState.PRINTED
        return OrderState.SHIPPED if facts.at_operator_count or facts.in_transit_count else OrderState.RECEIVED
    if facts.drawn_at is not None:
        return OrderState.DRAWN
    return OrderState.APPROVED if facts.approved_at is not None else OrderState.ORDERED


def next_step(facts: OrderFacts) -> Step:
    """The one verb that moves the order on."""
    if facts.refused_at is not None:
        return Step.NONE
    if facts.approved_at is None:
        return Step.APPROVE
    if not _is_proved(facts):
        return Step.WAIT_PROOF if facts.proof is ProofStage.WAITING else Step.MAKE_PROOF
    if facts.drawn_at is None:
        return Step.WAIT if facts.drawing else Step.DRAW
    if facts.printed_at is None:
        if facts.printing:
            return Step.WAIT
        return Step.RECORD_PRINTED if facts.file_count else Step.PRINT
    if facts.seed_destroyed_at is None:
        return Step.PRINT_AGAIN if facts.spoiled_count else Step.DESTROY_SEED
    if facts.activated_at is None:
        return Step.ACTIVATE
    return Step.SHIP if facts.at_operator_count else Step.NONE


def _is_proved(facts: OrderFacts) -> bool:
    """Whether nothing is to be said of its looks any more. What is being drawn or printed already is not stopped by a proof."""
    under_way = facts.drawing or facts.printing or bool(facts.file_count) or facts.printed_at is not None
    return under_way or facts.proof is ProofStage.APPROVED


def check_booklet_count(booklet_count: int) -> int:
    """Return `booklet_count`. Raises: BookletCountWrong."""
    if not 1 <= booklet_count <= BOOKLETS_PER_ORDER_MAX:
        raise BookletCountWrong(booklet_count=booklet_count, most=BOOKLETS_PER_ORDER_MAX)
    return booklet_count


def check_ranks(*, first: int, last: int, booklet_count: int) -> None:
    """Refuse a run of booklets (ranks from 1, both ends included) that is not inside the order. Raises: RanksReversed."""
    if not 1 <= first <= last <= booklet_count:
        raise RanksReversed(first=first, last=last, booklet_count=booklet_count)


def check_undecided(facts: OrderFacts) -> None:
    """Raises: OrderAlreadyDecided."""
    decided_at = facts.approved_at or facts.refused_at
    if decided_at is not None:
        raise OrderAlreadyDecided(decided_at=decided_at)


def check_drawable(facts: OrderFacts) -> None:
    """Raises: OrderNotApproved, OrderAlreadyDrawn."""
    if facts.approved_at is None:
        raise OrderNotApproved
    if facts.drawn_at is not None:
        raise OrderAlreadyDrawn(drawn_at=facts.drawn_at)


def check_printable(facts: OrderFacts) -> None:
    """Raises: OrderNotDrawn, SeedDestroyed."""
    if facts.drawn_at is None:
        raise OrderNotDrawn
    if facts.seed_destroyed_at is not None:
        raise SeedDestroyed(seed_destroyed_at=facts.seed_destroyed_at)


def check_declarable_printed(facts: OrderFacts) -> None:
    """Raises: OrderNotDrawn, OrderAlreadyPrinted."""
    if facts.drawn_at is None:
        raise OrderNotDrawn
    if facts.printed_at is not None:
        raise OrderAlreadyPrinted(printed_at=facts.printed_at)


def check_printed(facts: OrderFacts) -> None:
    """What only real booklets allow: shipping, activating, destroying the seed. Raises: OrderNotDrawn, OrderNotPrinted."""
    if facts.drawn_at is None:
        raise OrderNotDrawn
    if facts.printed_at is None:
        raise OrderNotPrinted


def suggested_prefix(issuer: str) -> str:
    """The initials of an issuer as the prefix of its serials: Nantes Métropole gives NM.

    Small words do not count; a single word gives its first two letters.
    """
    plain = unicodedata.normalize("NFKD", issuer).encode("ascii", "ignore").decode("ascii").upper()
    words = ["".join(symbol for symbol in word if symbol.isalnum()) for word in plain.replace("'", " ").replace("-", " ").split()]
    counted = [word for word in words if word and word not in _SMALL_WORDS and word[0].isalpha()]
    initials = "".join(word[0] for word in counted)[:4]
    if len(initials) < 2:
        initials = (counted[0][:2] if counted else "").ljust(2, "X")
    return "XA" if initials == PRETEND_PREFIX else str(IssuerPrefix(initials))


_SMALL_WORDS = frozenset({"A", "AU", "AUX", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "POUR", "SUR"})
