"""The dashboard of an agreement: where its money and its vouchers are, counted from the ledger as it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts, ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import Position, Standing
from carnet.ledger.rules import Money, SharePattern, State
from carnet.observatory import access
from carnet.observatory.rules import Amount, Heading, heading_of

_OF_MONEY = {
    Heading.FUNDED: "funded",
    Heading.UNISSUED: "unissued",
    Heading.OWED: "owed",
    Heading.PAID: "paid",
    Heading.RETURNED: "returned",
    Heading.RESERVED: "reserved",
    Heading.SERVED: "served",
}
# Headings whose money is the vouchers' own; what already went back is taken off what ended unused afterwards.
_IN_VOUCHERS = {
    Heading.AT_OPERATOR: Heading.AT_OPERATOR,
    Heading.AT_DESKS: Heading.AT_DESKS,
    Heading.IN_HANDS: Heading.IN_HANDS,
    Heading.TO_RETURN: Heading.TO_RETURN,
    Heading.RETURNED: Heading.TO_RETURN,
}


@dataclass(frozen=True, slots=True)
class AgreementFigures:
    """An agreement's headings at one moment. `funder_id`: whose own part the amounts tell; None: nobody's, the whole only.

    `handed_count`: vouchers that reached somebody, used, usable or lapsed since; what was replaced (void) is not counted.
    """

    agreement: AgreementFacts
    programme: ProgrammeFacts
    funder_id: int | None
    as_of: datetime
    amounts: Mapping[Heading, Amount]
    handed_count: int


def agreement_figures(*, actor: Actor, agreement_id: int, funder_id: int | None = None, at: datetime) -> AgreementFigures:
    """The headings of one agreement, and one funder's own part of each.

    Units:  vouchers and whole cents. FUNDED is the sum of its parts, to the cent (`rules.not_accounted_for`).
    Raises: NotAllowed, AgreementUnknown (also a funder whose part is not the actor's to read).
    """
    agreement = access.seen_agreement(actor, agreement_id, funder_id=funder_id, at=at)
    programme = funding.programme(agreement.programme_id)
    stands = ledger.standing(agreement_ids=[agreement_id])
    return figures_of(agreement, programme, funder_id, stands, at)


def figures_of(
    agreement: AgreementFacts, programme: ProgrammeFacts, funder_id: int | None, stands: Standing, at: datetime
) -> AgreementFigures:
    """The headings of one of the agreements that stand there."""
    money = stands.money[agreement.id]
    own = money.by_funder.get(funder_id or 0, Money())
    amounts = {
        heading: Amount(0, getattr(own, name) if funder_id else 0, getattr(money.total, name)) for heading, name in _OF_MONEY.items()
    }
    for heading in (Heading.AT_OPERATOR, Heading.AT_DESKS, Heading.IN_HANDS, Heading.TO_RETURN, Heading.USED):
        amounts[heading] = Amount()
    mine = [each for each in stands.positions if each.agreement_id == agreement.id]
    for each, heading in placed(mine, stands, programme.operator_id):
        amounts[Heading.FUNDED] += Amount(each.count)
        amounts[heading] += Amount(each.count)
        if heading in _IN_VOUCHERS:
            amounts[_IN_VOUCHERS[heading]] += _money(worth(each, stands, funder_id))
    # Of what ended unused, some already went back: it is counted where it is now.
    series_ids = {each.series_id for each in mine}
    gone = [(funder, cents) for (series_id, funder), cents in stands.returned_by_series.items() if series_id in series_ids]
    own_gone = sum(cents for funder, cents in gone if funder == funder_id)
    amounts[Heading.TO_RETURN] -= Amount(0, own_gone, sum(cents for _funder, cents in gone))
    # Spent, then taken back from the place that was paid: the money waits to go back to the funders, and the voucher with it.
    given_back = {series_id for series_id, _funder in stands.returned_by_series}
    for (series_id, number), count in stands.recovered.items():
        if series_id in series_ids:
            amounts[Heading.USED] -= Amount(count)
            amounts[Heading.RETURNED if series_id in given_back else Heading.TO_RETURN] += Amount(count)
            amounts[Heading.TO_RETURN] += _money(held_worth(stands.patterns[series_id, number], funder_id, count))
    paid = stands.paid_counts[agreement.id]
    amounts[Heading.PAID] += Amount(paid)
    amounts[Heading.OWED] += Amount(amounts[Heading.USED].vouchers - paid)
    used = amounts[Heading.USED].vouchers
    amounts[Heading.USED] = Amount(used) + _money(amounts[Heading.OWED]) + _money(amounts[Heading.PAID])
    handed = sum(each.count for each in mine if each.reached_somebody and each.state is not State.VOID)
    return AgreementFigures(agreement, programme, funder_id, at, amounts, handed)


def placed(positions: Iterable[Position], stands: Standing, operator_id: int) -> Iterable[tuple[Position, Heading]]:
    """Each position with the heading it is counted under."""
    given_back = {series_id for series_id, _funder in stands.returned_by_series}
    for each in positions:
        with_operator = each.on_the_way or each.holder_id == operator_id
        yield (
            each,
            heading_of(state=each.state, is_active=each.is_active, with_operator=with_operator, is_given_back=each.series_id in given_back),
        )


def worth(each: Position, stands: Standing, funder_id: int | None) -> Amount:
    """Vouchers of one position and what they are worth: what a funder holds of them, or bears once they are used."""
    shared = stands.patterns[each.series_id, each.pattern]
    if each.state is not State.REDEEMED:
        return held_worth(shared, funder_id, each.count)
    return worth_used(shared, funder_id, each.count)


def worth_used(shared: SharePattern, funder_id: int | None, count: int) -> Amount:
    """So many used vouchers of one pattern: what a funder bears of them, and the whole."""
    own = dict(zip(shared.funder_ids, shared.borne_cents, strict=True)).get(funder_id or 0, 0)
    return Amount(count, count * own, count * sum(shared.borne_cents))


def held_worth(shared: SharePattern, funder_id: int | None, count: int) -> Amount:
    """So many vouchers of one pattern, not used: what a funder holds of them, and the whole."""
    own = dict(zip(shared.funder_ids, shared.held_cents, strict=True)).get(funder_id or 0, 0)
    return Amount(count, count * own, count * sum(shared.held_cents))


def _money(amount: Amount) -> Amount:
    return Amount(0, amount.own_cents, amount.whole_cents)
