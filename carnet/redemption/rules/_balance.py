"""What a holder asks without account: what is left of a booklet, by a number printed on it and one of its secrets.

Source: docs/decisions/0035-what-is-left.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from carnet.ledger.rules import State
from carnet.redemption.rules._redeeming import RedemptionRefused

# Wrong pairs one address may give in a day, and answers of any kind: a library shares its address among its readers.
BALANCE_WRONG_MAX = 10
BALANCE_ASKED_MAX = 60
# Different wrong secrets given with one number in a day, after which this page is closed for that number until the next.
BALANCE_SECRETS_MAX = 5
# Wrong pairs of everybody in a quarter of an hour, from which an address has a quarter of its allowances.
BALANCE_EVERYWHERE_MAX = 200
BALANCE_WINDOW = timedelta(minutes=15)
BALANCE_LOWERED_BY = 4
# Tries are counted by the legal day, and forgotten two days later.
BALANCE_TRIES_KEPT = timedelta(days=2)
# The part of an IPv6 address that is one home or one firm.
_HOME_BITS = 64


class BalanceUnknown(RedemptionRefused):
    """The number and the secret do not go together: an unknown number, another booklet's secret, one of nobody. The same for all."""

    code = "balance-unknown"


class BalanceClosed(RedemptionRefused):
    """Too many tries today from here or with this number, or the number is locked: a person answers by telephone."""

    code = "balance-closed"


class Holding(StrEnum):
    """What a holder is told of a booklet."""

    LEFT = "LEFT"
    SPENT = "SPENT"
    ENDED = "ENDED"
    BLOCKED = "BLOCKED"
    NOT_GIVEN = "NOT_GIVEN"


@dataclass(frozen=True, slots=True)
class Tries:
    """Tries that count when somebody asks: of the address today, with the number today, of everybody lately."""

    wrong_from_here: int
    asked_from_here: int
    secrets_of_number: int
    wrong_everywhere: int


@dataclass(frozen=True, slots=True)
class Cheque:
    """One voucher of the asker, as the ledger keeps it."""

    state: State
    is_active: bool
    accepted_until: datetime
    reserved_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the asker's vouchers come to. `kept_count` of the `left_count` are kept for a lesson now."""

    holding: Holding
    left_count: int
    spent_count: int
    kept_count: int


def check_balance_tries(tries: Tries) -> None:
    """Refuse whoever tried too much. Pressure from everywhere lowers what one address may do, and closes nobody. Raises: BalanceClosed."""
    lowered_by = BALANCE_LOWERED_BY if tries.wrong_everywhere >= BALANCE_EVERYWHERE_MAX else 1
    if (
        tries.wrong_from_here >= BALANCE_WRONG_MAX // lowered_by
        or tries.asked_from_here >= BALANCE_ASKED_MAX // lowered_by
        or tries.secrets_of_number >= BALANCE_SECRETS_MAX
    ):
        raise BalanceClosed


def network_of(address: str) -> str:
    """What one home or one firm is counted under: an IPv4 address, or the first half of an IPv6 one. What is no address is one source."""
    try:
        read: IPv4Address | IPv6Address = ip_address(address.strip())
    except ValueError:
        return "unknown"
    if isinstance(read, IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(IPv6Network((int(read), _HOME_BITS), strict=False).network_address)


def holdings(cheques: Iterable[Cheque], *, at: datetime) -> Holdings:
    """What somebody's vouchers come to at that moment."""
    own = list(cheques)
    given = [each for each in own if each.state is State.HANDED_OVER]
    left = [each for each in given if each.is_active and at < each.accepted_until]
    spent = sum(each.state is State.REDEEMED for each in own)
    kept = sum(each.reserved_until is not None and each.reserved_until > at for each in left)
    return Holdings(_holding(own, given, left), len(left), spent, kept)


def _holding(own: list[Cheque], given: list[Cheque], left: list[Cheque]) -> Holding:
    states = {each.state for each in own}
    if left:
        return Holding.LEFT
    if State.IN_STOCK in states or any(not each.is_active for each in given):
        return Holding.NOT_GIVEN
    if given or State.LAPSED in states:
        return Holding.ENDED
    return Holding.BLOCKED if State.VOID in states else Holding.SPENT
