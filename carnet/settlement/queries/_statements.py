"""What each funder could sign: its figures, from the ledger, at one moment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import OnUseDebt
from carnet.ledger.rules import COUNT_NAMES, Counts, Money
from carnet.parties import queries as parties
from carnet.settlement import access
from carnet.settlement.models import Statement

_SPENT = "redeemed"


@dataclass(frozen=True, slots=True)
class FunderStatement:
    """One funder's account of one agreement. Unit: whole cents, and numbers of vouchers.

    The six counts are of the whole agreement; the `…_cents` of each state are this funder's own part of them. Money is
    where the ledger says it is: received + taken on use − advanced and used = unissued + in circulation + owed + paid +
    returned + reserved for connections + served (paid to their providers).
    """

    programme_id: int
    programme: str
    agreement_id: int
    agreement: str
    operator: str
    funder_id: int
    funder: str
    as_of: datetime
    is_simulated: bool
    issued: int
    in_stock: int
    handed_over: int
    redeemed: int
    lapsed: int
    void: int
    issued_cents: int
    in_stock_cents: int
    handed_over_cents: int
    redeemed_cents: int
    lapsed_cents: int
    void_cents: int
    received_cents: int
    taken_on_use_cents: int
    advanced_and_used_cents: int
    funded_cents: int
    unissued_cents: int
    in_circulation_cents: int
    owed_cents: int
    paid_cents: int
    returned_cents: int
    debts: tuple[tuple[str, int], ...]
    credits: tuple[tuple[str, int], ...]
    reserved_cents: int = 0
    served_cents: int = 0

    def as_json(self) -> dict[str, Any]:
        """The same, as plain values to keep."""
        return {
            **asdict(self),
            "as_of": self.as_of.isoformat(),
            "debts": [list(each) for each in self.debts],
            "credits": [list(each) for each in self.credits],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "FunderStatement":
        """A kept statement, as it was."""
        return cls(
            **{
                **content,
                "as_of": datetime.fromisoformat(content["as_of"]),
                "debts": tuple((name, cents) for name, cents in content["debts"]),
                "credits": tuple((name, cents) for name, cents in content["credits"]),
            }
        )


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A statement drawn up earlier."""

    id: int
    made_at: datetime
    digest: str
    figures: FunderStatement


def statement_figures(*, agreement_id: int, at: datetime) -> list[FunderStatement]:
    """The figures of every funder of an agreement now, in order of funder id. For operations and background work: no actor.

    Units: whole cents. The funders' cents of each line sum to the agreement's, to the cent.
    """
    facts = funding.agreement(Actor.system("statement"), agreement_id, at=at)
    programme = funding.programme(facts.programme_id)
    table = ledger.money(agreement_id=agreement_id)
    counts = ledger.counts_by_pattern(agreement_id=agreement_id)
    shares = _own_parts(counts)
    debts = ledger.on_use_debts(agreement_id=agreement_id)
    funder_ids = sorted({*facts.funder_ids, *table.by_funder, *shares})
    names = {key: card.name for key, card in parties.organisations([*funder_ids, programme.operator_id]).items()}
    total = sum(counts.values(), Counts())
    return [
        FunderStatement(
            programme_id=programme.id,
            programme=programme.name,
            agreement_id=agreement_id,
            agreement=facts.name,
            operator=names.get(programme.operator_id, ""),
            funder_id=funder_id,
            funder=names.get(funder_id, ""),
            as_of=at,
            is_simulated=programme.is_simulated,
            **_figures_of(
                funder_id,
                total,
                shares.get(funder_id, dict.fromkeys(COUNT_NAMES, 0)),
                table.by_funder.get(funder_id, Money()),
                debts,
                names,
            ),
        )
        for funder_id in funder_ids
    ]


def funder_statements(*, actor: Actor, agreement_id: int, at: datetime) -> list[FunderStatement]:
    """The figures now of every funder the actor may read: a funder reads its own only. Raises: NotAllowed, AgreementUnknown."""
    access.seen_statements(actor, agreement_id)
    return [each for each in statement_figures(agreement_id=agreement_id, at=at) if access.may_read_funder(actor, each.funder_id)]


def funder_statement(*, actor: Actor, agreement_id: int, funder_id: int, at: datetime) -> FunderStatement | None:
    """One funder's figures now; None when it has no part in it, or another's the actor may not read.

    Raises: NotAllowed, AgreementUnknown.
    """
    found = funder_statements(actor=actor, agreement_id=agreement_id, at=at)
    return next((each for each in found if each.funder_id == funder_id), None)


def kept_statements(*, actor: Actor, agreement_id: int) -> list[KeptStatement]:
    """The statements drawn up for an agreement, latest first; a funder sees its own. Raises: NotAllowed, AgreementUnknown."""
    return [_kept(row) for row in access.seen_statements(actor, agreement_id)]


def _kept(row: Statement) -> KeptStatement:
    return KeptStatement(row.id, row.made_at, bytes(row.digest).hex(), FunderStatement.from_json(row.content))


def _own_parts(counts: Mapping[tuple[int, int], Counts]) -> dict[int, dict[str, int]]:
    """Each funder's cents of each state: what it holds of a voucher, or bears once it is spent."""
    patterns = ledger.patterns(series_ids={series_id for series_id, _number in counts})
    parts: dict[int, dict[str, int]] = {}
    for key, counted in counts.items():
        shared = patterns[key]
        for funder_id, held, borne in zip(shared.funder_ids, shared.held_cents, shared.borne_cents, strict=True):
            own = parts.setdefault(funder_id, dict.fromkeys(COUNT_NAMES, 0))
            for state in COUNT_NAMES[1:]:
                cents = getattr(counted, state) * (borne if state == _SPENT else held)
                own[state] += cents
                own["issued"] += cents
    return parts


def _figures_of(
    funder_id: int, total: Counts, own: Mapping[str, int], money: Money, debts: list[OnUseDebt], names: Mapping[int, str]
) -> dict[str, Any]:
    owes = [(names.get(each.creditor_id, ""), each.cents) for each in debts if each.debtor_id == funder_id]
    owed = [(names.get(each.debtor_id, ""), each.cents) for each in debts if each.creditor_id == funder_id]
    taken, advanced = sum(cents for _name, cents in owes), sum(cents for _name, cents in owed)
    return {
        **total.as_dict(),
        **{f"{state}_cents": cents for state, cents in own.items()},
        **{f"{place}_cents": cents for place, cents in money.as_dict().items()},
        # The ledger counts a cent taken on use with the funder that bears it: what came in by bank is the rest.
        "received_cents": money.funded - taken + advanced,
        "taken_on_use_cents": taken,
        "advanced_and_used_cents": advanced,
        "debts": tuple(owes),
        "credits": tuple(owed),
    }
