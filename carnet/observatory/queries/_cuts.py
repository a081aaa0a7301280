"""Figures of an agreement cut by month, place, service, commune or desk: each cut sums to the dashboard's figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.rules import SharePattern
from carnet.observatory import access
from carnet.observatory.queries._funds import placed, worth, worth_used
from carnet.observatory.rules import HEADINGS_OF_CUT, Amount, By, Heading
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.settlement import queries as settlement
from carnet.settlement.queries import UsedBy, UsedGroup

_COUNTED_BY = {By.MONTH: UsedBy.MONTH, By.PLACE: UsedBy.PLACE, By.COMMUNE: UsedBy.PLACE, By.SERVICE: UsedBy.SERVICE}


@dataclass(frozen=True, slots=True)
class CutLine:
    """One month, place, service, commune or desk. `key` says which, in an address; `name` is a place's, a commune's or a desk's own.

    `is_recovered`: what places paid gave back since, below zero; it is of no month and no place.
    """

    key: str
    name: str
    amounts: Mapping[Heading, Amount]
    is_recovered: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """Figures cut by one thing, and their sum."""

    by: By
    headings: tuple[Heading, ...]
    lines: tuple[CutLine, ...]

    @property
    def total(self) -> dict[Heading, Amount]:
        """The dashboard's figures again."""
        return {heading: sum((line.amounts[heading] for line in self.lines), Amount()) for heading in self.headings}


def cut(*, actor: Actor, agreement_id: int, by: By, funder_id: int | None = None, at: datetime) -> Cut:
    """The figures of an agreement cut by one thing. Units: vouchers and whole cents. Raises: NotAllowed, AgreementUnknown."""
    agreement = access.seen_agreement(actor, agreement_id, funder_id=funder_id, at=at)
    if by is By.DESK:
        return _by_desk(agreement_id, funding.programme(agreement.programme_id).operator_id, funder_id)
    shares = ledger.patterns_of_agreement(agreement_id=agreement_id)
    groups = settlement.used_groups(series_ids={series_id for series_id, _number in shares}, by=_COUNTED_BY[by])
    names = _names(by, groups)
    lines: dict[str, dict[Heading, Amount]] = {}
    for group in groups:
        key = names[group.key][0]
        line = lines.setdefault(key, {heading: Amount() for heading in HEADINGS_OF_CUT[by]})
        for heading, amount in _of_group(group, shares, funder_id).items():
            line[heading] += amount
    told = dict(names.values())
    found = [CutLine(key, told[key], amounts) for key, amounts in lines.items()]
    return Cut(by, HEADINGS_OF_CUT[by], (*sorted(found, key=_in_order(by)), *_recovered(by, agreement_id, shares, funder_id)))


def place_ids_of_commune(*, agreement_id: int, commune_code: str) -> tuple[int, ...]:
    """The places of one commune where vouchers of the agreement were used."""
    shares = ledger.patterns_of_agreement(agreement_id=agreement_id)
    groups = settlement.used_groups(series_ids={series_id for series_id, _number in shares}, by=UsedBy.PLACE)
    towns = places.communes_of({int(group.key) for group in groups})
    return tuple(sorted(place_id for place_id, (code, _name) in towns.items() if code == commune_code))


def _of_group(group: UsedGroup, shares: Mapping[tuple[int, int], SharePattern], funder_id: int | None) -> dict[Heading, Amount]:
    shared = shares[group.series_id, group.pattern]
    return {
        Heading.USED: worth_used(shared, funder_id, group.count),
        Heading.OWED: worth_used(shared, funder_id, group.count - group.paid_count),
        Heading.PAID: worth_used(shared, funder_id, group.paid_count),
    }


def _names(by: By, groups: list[UsedGroup]) -> dict[str, tuple[str, str]]:
    """By counted key, the key of the cut's line and its name."""
    keys = {group.key for group in groups}
    if by is By.PLACE:
        called = places.names_of(int(key) for key in keys)
        return {key: (key, called.get(int(key), "")) for key in keys}
    if by is By.COMMUNE:
        towns = places.communes_of(int(key) for key in keys)
        return {key: towns.get(int(key), ("", "")) for key in keys}
    return {key: (key, "") for key in keys}


def _by_desk(agreement_id: int, operator_id: int, funder_id: int | None) -> Cut:
    stands = ledger.standing(agreement_ids=[agreement_id])
    headings = HEADINGS_OF_CUT[By.DESK]
    lines: dict[int, dict[Heading, Amount]] = {}
    for each, heading in placed(stands.positions, stands, operator_id):
        if heading in headings:
            line = lines.setdefault(each.holder_id, {one: Amount() for one in headings})
            line[heading] += worth(each, stands, funder_id)
    names = {key: card.name for key, card in parties.organisations(lines).items()}
    found = [CutLine(str(key), names.get(key, ""), amounts) for key, amounts in lines.items()]
    back = _recovered(By.DESK, agreement_id, stands.patterns, funder_id)
    return Cut(By.DESK, headings, (*sorted(found, key=lambda line: (line.name.casefold(), line.key)), *back))


def recovered_amount(agreement_id: int, shares: Mapping[tuple[int, int], SharePattern], funder_id: int | None) -> Amount:
    """Vouchers spent whose money places gave back, as it was borne."""
    total = Amount()
    for key, count in ledger.recovered_vouchers(agreement_id=agreement_id).items():
        total += worth_used(shares[key], funder_id, count)
    return total


def _recovered(by: By, agreement_id: int, shares: Mapping[tuple[int, int], SharePattern], funder_id: int | None) -> list[CutLine]:
    back = recovered_amount(agreement_id, shares, funder_id)
    if not back.vouchers:
        return []
    amounts = {heading: Amount() - back if heading in (Heading.USED, Heading.PAID) else Amount() for heading in HEADINGS_OF_CUT[by]}
    return [CutLine("", "", amounts, is_recovered=True)]


def _in_order(by: By) -> Callable[[CutLine], Any]:
    if by is By.MONTH:
        return lambda line: line.key
    return lambda line: (-line.amounts[Heading.USED].vouchers, line.name.casefold(), line.key)
