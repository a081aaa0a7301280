"""Where an agreement's money and vouchers are, heading by heading, and what each heading is the sum of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from carnet.ledger.rules import State


class Heading(StrEnum):
    """One line of an agreement's dashboard. FUNDED and USED are sums; each cent and each voucher is in exactly one of the others."""

    FUNDED = "funded"
    UNISSUED = "unissued"
    AT_OPERATOR = "at_operator"
    AT_DESKS = "at_desks"
    IN_HANDS = "in_hands"
    USED = "used"
    OWED = "owed"
    PAID = "paid"
    TO_RETURN = "to_return"
    RETURNED = "returned"
    RESERVED = "reserved"
    SERVED = "served"


# What FUNDED is the sum of. Source: docs/decisions/0043-a-figure-opens-its-rows.md.
PARTS = (
    Heading.UNISSUED, Heading.AT_OPERATOR, Heading.AT_DESKS, Heading.IN_HANDS, Heading.OWED, Heading.PAID, Heading.TO_RETURN,
    Heading.RETURNED, Heading.RESERVED, Heading.SERVED,
)  # fmt: skip
# Told only where there are solidarity connections.
OF_CONNECTIONS = (Heading.RESERVED, Heading.SERVED)
CIRCULATING = (Heading.AT_OPERATOR, Heading.AT_DESKS, Heading.IN_HANDS)


class By(StrEnum):
    """What figures are cut by."""

    MONTH = "month"
    PLACE = "place"
    SERVICE = "service"
    COMMUNE = "commune"
    DESK = "desk"


# The headings each cut shows. A desk's used vouchers are those it handed over.
HEADINGS_OF_CUT: Mapping[By, tuple[Heading, ...]] = {
    By.MONTH: (Heading.USED, Heading.OWED, Heading.PAID),
    By.PLACE: (Heading.USED, Heading.OWED, Heading.PAID),
    By.SERVICE: (Heading.USED, Heading.OWED, Heading.PAID),
    By.COMMUNE: (Heading.USED, Heading.OWED, Heading.PAID),
    By.DESK: (Heading.AT_DESKS, Heading.IN_HANDS, Heading.USED),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """Vouchers, and the cents they or the money beside them are worth: one funder's own part (0 when nobody's is asked), and the whole."""

    vouchers: int = 0
    own_cents: int = 0
    whole_cents: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.vouchers + other.vouchers, self.own_cents + other.own_cents, self.whole_cents + other.whole_cents)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.vouchers - other.vouchers, self.own_cents - other.own_cents, self.whole_cents - other.whole_cents)


def heading_of(*, state: State, is_active: bool, with_operator: bool, is_given_back: bool) -> Heading:
    """Where one voucher is counted. `with_operator`: its booklet is at the operator's or on its way; `is_given_back`: its series' unused
    money already went back. A redeemed voucher is USED: whether it is owed or paid is told by the money."""
    if not is_active:
        return Heading.UNISSUED
    if state is State.REDEEMED:
        return Heading.USED
    if state is State.HANDED_OVER:
        return Heading.IN_HANDS
    if state is State.IN_STOCK:
        return Heading.AT_OPERATOR if with_operator else Heading.AT_DESKS
    return Heading.RETURNED if is_given_back else Heading.TO_RETURN


def not_accounted_for(amounts: Mapping[Heading, Amount]) -> Amount:
    """FUNDED less the sum of its parts: nothing at all, as long as the ledger holds."""
    return amounts[Heading.FUNDED] - sum((amounts[part] for part in PARTS), Amount())
