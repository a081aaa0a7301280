"""How an order's face value is divided between funders, to the cent. The rule is docs/co-financing.md.

1. *Fixed amounts first.* Until a fixed amount is used up it pays first; if several cover more than the
   order, they share it in proportion to what is left of each.
2. *Portions on the rest*, which together make exactly the whole. Each funder's ideal is counted over every
   order of the same version of the shares, not over this order alone; it gets the whole cents of what it
   is short of, and the odd cents go one each to the largest remainders, the earlier signatory first when
   remainders are equal. So, after any number of orders, each has borne its exact portion within one cent.
3. *A ceiling is never passed*: an order that would pass it is refused, because nobody pays more than it
   signed, and nobody silently pays for somebody else.
4. A share *on use* is held, until used, by the funder who advances it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import lcm

from carnet.funding.rules._refusals import (
    AdvancerMissing,
    AdvancerNeedless,
    AdvancerNotInAdvance,
    CapNotPositive,
    CapOnFixedAmount,
    CapReached,
    FixedAmountsExhausted,
    FunderTwice,
    OrderNotPositive,
    ShareKindUnclear,
    ShareNotPositive,
    SharesDoNotMakeAll,
    SharesMissing,
)
from carnet.kernel.money import Euros
from carnet.ledger.rules import Weight

BASIS_POINTS = 10_000


class Pays(StrEnum):
    """IN_ADVANCE: into the ring-fenced account. ON_USE: to its advancer, once a voucher was used."""

    IN_ADVANCE = "IN_ADVANCE"
    ON_USE = "ON_USE"


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """One funder's line: a portion (exact fraction) or a fixed amount over the whole agreement (cents)."""

    funder_id: int
    portion: Fraction | None = None
    fixed_cents: int | None = None
    cap_cents: int | None = None
    pays: Pays = Pays.IN_ADVANCE
    advanced_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class AlreadyOrdered:
    """What earlier orders took, in cents per funder.

    `borne_cents` counts the whole agreement (fixed amounts and ceilings are for the whole of it);
    `by_portion_cents` only what the version in force divided by portions.
    """

    borne_cents: Mapping[int, int] = field(default_factory=dict)
    by_portion_cents: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderShare:
    """Cents of one order borne by a funder, `by_portion_cents` of them by its portion, held by another or itself."""

    funder_id: int
    held_by_id: int
    cents: int
    by_portion_cents: int


def percent(basis_points: int) -> Fraction:
    """A percentage in hundredths of a percent, as an exact portion of the whole."""
    return Fraction(basis_points, BASIS_POINTS)


def check_shares(shares: Sequence[ShareTerms]) -> None:
    """Refuse shares that do not make a whole, exactly, or that nobody can pay.

    Raises: SharesMissing, FunderTwice, ShareKindUnclear, ShareNotPositive, CapNotPositive,
    CapOnFixedAmount, AdvancerMissing, AdvancerNeedless, AdvancerNotInAdvance, SharesDoNotMakeAll.
    """
    if not shares:
        raise SharesMissing
    in_advance: set[int] = set()
    seen: set[int] = set()
    for share in shares:
        if share.funder_id in seen:
            raise FunderTwice(funder_id=share.funder_id)
        seen.add(share.funder_id)
        _check_amounts(share)
        if share.pays is Pays.IN_ADVANCE:
            in_advance.add(share.funder_id)
    for share in shares:
        _check_advancer(share, in_advance)
    _check_whole([share.portion for share in shares if share.portion is not None])


def shares_for_order(total_cents: int, shares: Sequence[ShareTerms], already: AlreadyOrdered | None = None) -> tuple[OrderShare, ...]:
    """Divide an order's face value between funders, to the cent; funders with no cent are left out.

    Units:  whole cents; the answers sum to `total_cents`, in the order of the signatures.
    Raises: OrderNotPositive, FixedAmountsExhausted, CapReached.
    """
    if total_cents <= 0:
        raise OrderNotPositive(cents=total_cents)
    already = already or AlreadyOrdered()
    fixed = _from_fixed_amounts(total_cents, shares, already)
    portions = {share.funder_id: share.portion for share in shares if share.portion is not None}
    rest_cents = total_cents - sum(fixed.values())
    if rest_cents and not portions:
        raise FixedAmountsExhausted(available_cents=total_cents - rest_cents, missing_cents=rest_cents)
    by_portion = portions_by_cumulative_remainder(rest_cents, portions, already.by_portion_cents)
    answer = []
    for share in shares:
        portion_cents = by_portion.get(share.funder_id, 0)
        cents = portion_cents + fixed.get(share.funder_id, 0)
        _check_cap(share, cents, already)
        if cents:
            held_by = share.advanced_by_id if share.pays is Pays.ON_USE else None
            answer.append(OrderShare(share.funder_id, held_by or share.funder_id, cents, portion_cents))
    return tuple(answer)


def weights_of(order_shares: Sequence[OrderShare]) -> tuple[Weight, ...]:
    """The weights the ledger shares a series by: cents each funder holds while vouchers circulate, and bears once used.

    In the order of the signatures; both columns sum to the order.
    """
    held: dict[int, int] = {}
    for share in order_shares:
        held[share.held_by_id] = held.get(share.held_by_id, 0) + share.cents
    borne = {share.funder_id: share.cents for share in order_shares}
    return tuple(
        Weight(funder_id=funder_id, held_cents=held.get(funder_id, 0), borne_cents=borne.get(funder_id, 0))
        for funder_id in dict.fromkeys([*borne, *held])
    )


def portions_by_cumulative_remainder(total_cents: int, portions: Mapping[int, Fraction], used_cents: Mapping[int, int]) -> dict[int, int]:
    """Divide `total_cents` so that, with what was used before, each is within a cent of its portion.

    `portions` sum to one, in the order of the signatures. The odd cents go to the largest remainders;
    equal remainders, to the earlier signatory. The answers sum to `total_cents` whatever was used before.
    """
    if not portions or total_cents == 0:
        return dict.fromkeys(portions, 0)
    reached = total_cents + sum(used_cents.get(funder_id, 0) for funder_id in portions)
    short = {funder_id: max(Fraction(0), reached * portion - used_cents.get(funder_id, 0)) for funder_id, portion in portions.items()}
    cents = {funder_id: int(ideal) for funder_id, ideal in short.items()}
    if sum(cents.values()) - total_cents > sum(each > 0 for each in cents.values()):
        # Somebody is ahead by more than roundings: the others, together short of more than the order, divide it by what each is short of.
        short = {funder_id: ideal * total_cents / sum(short.values()) for funder_id, ideal in short.items()}
        cents = {funder_id: int(ideal) for funder_id, ideal in short.items()}
    # sorted() is stable, so equal remainders keep the order of the signatures.
    by_need = sorted(short, key=lambda funder_id: cents[funder_id] - short[funder_id])
    odd = total_cents - sum(cents.values())
    for funder_id in by_need[: max(odd, 0)]:
        cents[funder_id] += 1
    # Only tiny orders come here: someone was a cent ahead for more than its part of this one, so the
    # others together are short of more than the order. The one least in need gives the cent up.
    for funder_id in [one for one in reversed(by_need) if cents[one]][: max(-odd, 0)]:
        cents[funder_id] -= 1
    return cents


def borne_of_held(
    held_cents: Mapping[int, int], shares: Sequence[ShareTerms], borne_cents: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Who bears what holders set aside for connections: cents per funder, and of them those divided by portions.

    The ledger only knows who holds. What a funder holds is its own share's and those it advances: first what is left of fixed amounts among
    them (`borne_cents`: what orders took), then their portions. Whoever has no share any more bears what it holds. Both sum to no more than
    `held_cents`, the first to exactly it. Source: docs/decisions/0069-the-money-of-connections.md.
    """
    borne: dict[int, int] = {}
    by_portion: dict[int, int] = {}
    for holder_id, cents in held_cents.items():
        ours = [share for share in shares if (share.advanced_by_id if share.pays is Pays.ON_USE else share.funder_id) == holder_id]
        fixed = _from_fixed_amounts(cents, ours, AlreadyOrdered(borne_cents))
        rest_cents = cents - sum(fixed.values())
        parts = _by_weight(rest_cents, {share.funder_id: share.portion for share in ours if share.portion is not None})
        unnamed = {holder_id: rest_cents} if rest_cents and not parts else {}
        for found in (fixed, parts, unnamed):
            for funder_id, part in found.items():
                borne[funder_id] = borne.get(funder_id, 0) + part
        by_portion.update(parts)
    return borne, by_portion


def _by_weight(total_cents: int, portions: Mapping[int, Fraction]) -> dict[int, int]:
    """Divide `total_cents` by portions that need not make a whole, to the cent; nothing when there is none."""
    if not portions:
        return {}
    whole = lcm(*(portion.denominator for portion in portions.values()))
    parts = Euros(total_cents).split([int(portion * whole) for portion in portions.values()])
    return {funder_id: part.cents for funder_id, part in zip(portions, parts, strict=True)}


def _from_fixed_amounts(total_cents: int, shares: Sequence[ShareTerms], already: AlreadyOrdered) -> dict[int, int]:
    left = {
        share.funder_id: max(0, share.fixed_cents - already.borne_cents.get(share.funder_id, 0))
        for share in shares
        if share.fixed_cents is not None
    }
    available = sum(left.values())
    if available <= total_cents:
        return left
    parts = Euros(total_cents).split(list(left.values()))
    return {funder_id: part.cents for funder_id, part in zip(left, parts, strict=True)}


def _check_amounts(share: ShareTerms) -> None:
    if (share.portion is None) == (share.fixed_cents is None):
        raise ShareKindUnclear(funder_id=share.funder_id)
    if (share.portion is not None and share.portion <= 0) or (share.fixed_cents is not None and share.fixed_cents <= 0):
        raise ShareNotPositive(funder_id=share.funder_id)
    if share.cap_cents is not None:
        if share.fixed_cents is not None:
            raise CapOnFixedAmount(funder_id=share.funder_id)
        if share.cap_cents <= 0:
            raise CapNotPositive(funder_id=share.funder_id)


def _check_advancer(share: ShareTerms, in_advance: set[int]) -> None:
    if share.pays is Pays.IN_ADVANCE:
        if share.advanced_by_id is not None:
            raise AdvancerNeedless(funder_id=share.funder_id)
    elif share.advanced_by_id is None:
        raise AdvancerMissing(funder_id=share.funder_id)
    elif share.advanced_by_id not in in_advance:
        raise AdvancerNotInAdvance(funder_id=share.funder_id, advancer_id=share.advanced_by_id)


def _check_whole(portions: Sequence[Fraction]) -> None:
    total = sum(portions, Fraction(0))
    if portions and total != 1:
        total_basis_points = int(total * BASIS_POINTS)
        raise SharesDoNotMakeAll(total_basis_points=total_basis_points, missing_basis_points=BASIS_POINTS - total_basis_points)


def _check_cap(share: ShareTerms, cents: int, already: AlreadyOrdered) -> None:
    borne_cents = already.borne_cents.get(share.funder_id, 0)
    if share.cap_cents is not None and cents and borne_cents + cents > share.cap_cents:
        raise CapReached(funder_id=share.funder_id, cap_cents=share.cap_cents, borne_cents=borne_cents, asked_cents=cents)
