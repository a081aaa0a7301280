"""What is owed, funded and in circulation, what the account held, and what is missing: now, and as it was published day after day.

Money of programmes, never of people: whoever reads needs no permission. Nothing is hidden, however small the programme: a sum says nothing of
who spent it (docs/decisions/0084-the-ring-fence-and-what-is-owed-every-day.md).
"""

import base64
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from carnet.connectivity.queries import cash as connections
from carnet.continuity.models import CommitmentDay
from carnet.continuity.rules import commitments as rules
from carnet.continuity.rules.commitments import Alert, Cash, Cover, Held, Sent, Standing
from carnet.continuity.rules.publication import Sealed
from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts, BalanceFacts
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import LabelState
from carnet.settlement.queries import cash as settlement

WHY = "what is owed to places and what the account holds is published, programme by programme"


@dataclass(frozen=True, slots=True)
class AccountNow:
    """One agreement's account, its promises and whether it holds them."""

    agreement_id: int
    agreement: str
    standing: Standing
    cover: Cover
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ProgrammeNow:
    """One programme's money at a moment. `label`: "in-force", "none", "ended" or "withdrawn"."""

    programme_id: int
    slug: str
    name: str
    operator_id: int
    operator: str
    siret: str
    is_simulated: bool
    accounts: tuple[AccountNow, ...]
    alerts: tuple[Alert, ...]
    label: str
    keys: tuple[tuple[int, bytes], ...]
    at: datetime

    def cents(self, name: str) -> int:
        """A sum over its accounts, by the name of a standing's amount."""
        return sum(getattr(each.standing, name) for each in self.accounts)

    @property
    def gap_cents(self) -> int:
        """What its accounts are missing: more in one never makes up for less in another."""
        return sum(each.cover.gap_cents for each in self.accounts)

    @property
    def account_cents(self) -> int | None:
        """What its accounts held by their latest statements; None while one of them that must hold something never told."""
        told = [each for each in self.accounts if each.standing.held is not None]
        if not told or any(each.standing.held is None and each.standing.needed_cents for each in self.accounts):
            return None
        return sum(each.standing.held.cents for each in told if each.standing.held is not None)

    @property
    def account_on(self) -> date | None:
        """The day of the oldest of these statements: none of them says more than that."""
        days = [each.standing.held.day for each in self.accounts if each.standing.held is not None and each.standing.needed_cents]
        days = days or [each.standing.held.day for each in self.accounts if each.standing.held is not None]
        return min(days, default=None)

    @property
    def owed_since(self) -> date | None:
        """The day of the oldest voucher a place is still owed for."""
        return min((each.standing.owed_since for each in self.accounts if each.standing.owed_since is not None), default=None)

    @property
    def unmatched_count(self) -> int:
        """Lines of the latest statements that nobody recognised."""
        return sum(each.standing.held.unmatched_count for each in self.accounts if each.standing.held is not None)


def programmes_now(*, at: datetime, programme_ids: Collection[int] | None = None) -> list[ProgrammeNow]:
    """Every programme that ever held money, those in danger first, then the largest. Each is read inside its own walls."""
    today = legal_day(at)
    labels = _labels({each.operator_id for each in funding.programmes(programme_ids)}, today)
    found = []
    for programme in funding.programmes(programme_ids):
        told = programme_now(programme, label=labels.get(programme.operator_id, "none"), at=at)
        if told is not None:
            found.append(told)
    return sorted(found, key=lambda each: (not each.alerts, -each.cents("needed_cents"), each.name))


def programme_now(programme: funding.ProgrammeFacts, *, label: str, at: datetime) -> ProgrammeNow | None:
    """One programme; None when nothing was ever paid in. Statements: a few for each of its agreements."""
    reader = Actor.system("commitments", programme_ids={programme.id})
    with acting_as(reader):
        agreements = funding.agreements(reader, [programme.id], at=at)
        accounts = _accounts(programme.id, agreements)
    if not any(each.standing.funded_cents or each.standing.landlords_cents for each in accounts):
        return None
    card = parties.organisations([programme.operator_id])[programme.operator_id]
    return ProgrammeNow(
        programme_id=programme.id,
        slug=programme.slug,
        name=programme.name,
        operator_id=programme.operator_id,
        operator=card.name,
        siret=card.siret or "",
        is_simulated=programme.is_simulated,
        accounts=accounts,
        alerts=rules.alerts_of([each.standing for each in accounts], today=legal_day(at), label=label),
        label=label,
        keys=tuple((each.version, each.raw) for each in key_ring().public_keys(programme.id)),
        at=at,
    )


def _accounts(programme_id: int, agreements: Sequence[AgreementFacts]) -> tuple[AccountNow, ...]:
    ids = [each.id for each in agreements]
    balances = funding.latest_balances(ids)
    days = {agreement_id: each.day for agreement_id, each in balances.items()}
    cash: dict[int, list[Cash]] = {}
    for agreement_id, day, cents in _cash_lines(days):
        cash.setdefault(agreement_id, []).append(Cash(day, cents))
    sent: dict[int, list[Sent]] = {}
    for transfer in settlement.on_their_way(ids, booked_after=days):
        sent.setdefault(transfer.agreement_id, []).append(Sent(transfer.sent_on, transfer.booked_on, transfer.cents))
    for bill in connections.on_their_way(ids, booked_after=days):
        sent.setdefault(bill.agreement_id, []).append(Sent(bill.sent_on, bill.booked_on, bill.cents))
    entered = funding.accounts_since(ids)
    return tuple(
        _account(programme_id, each, balances.get(each.id), cash.get(each.id, []), sent.get(each.id, []), entered.get(each.id))
        for each in agreements
    )


def _cash_lines(days: Mapping[int, date]) -> Iterable[tuple[int, date, int]]:
    yield from funding.received_after(days, dict(days))
    yield from ((each.agreement_id, each.day, each.cents) for each in settlement.cash_after(days))
    yield from ((each.agreement_id, each.day, each.cents) for each in connections.cash_after(days))


def _account(
    programme_id: int, agreement: AgreementFacts, balance: BalanceFacts | None, cash: Sequence[Cash], sent: Sequence[Sent],
    entered_at: datetime | None,
) -> AccountNow:  # fmt: skip
    money = ledger.money(agreement_id=agreement.id).total
    received = [each.received_on for each in funding.receipts(agreement.id) if each.withdrawn_at is None]
    standing = Standing(
        funded_cents=money.funded,
        unissued_cents=money.unissued,
        in_circulation_cents=money.in_circulation,
        owed_cents=money.owed,
        connections_cents=money.reserved,
        landlords_cents=ledger.landlords_waiting(agreement_id=agreement.id),
        paid_cents=money.paid + money.served,
        returned_cents=money.returned,
        held=_held(balance) if balance is not None else None,
        cash=tuple(cash),
        sent=tuple(sent),
        owed_since=settlement.owed_since(agreement.id, programme_id) if money.owed else None,
        # A new account is given the time of a first statement; one that ended with its operator is not.
        funded_since=max(min(received, default=agreement.signed_on), legal_day(entered_at) if entered_at is not None else date.min),
    )
    return AccountNow(agreement.id, agreement.name, standing, rules.cover(standing), balance.digest.hex() if balance is not None else "")


def _held(balance: BalanceFacts) -> Held:
    lines = settlement.unmatched(balance.agreement_id, balance.digest)
    return Held(balance.day, balance.cents, balance.is_continuous, balance.source.value, lines.line_count, lines.out_cents)


def label_of(operator_id: int, *, today: date) -> str:
    """Whether an operator holds the State's label: "in-force", "none", "ended" or "withdrawn"."""
    return _labels({operator_id}, today).get(operator_id, "none")


def _labels(operator_ids: Collection[int], today: date) -> dict[int, str]:
    """What the State says of each operator: the label it holds, else what became of the last it held."""
    told: dict[int, str] = {}
    for each in parties.operator_labels(day=today, organisation_ids=operator_ids):
        if each.is_in_force:
            told[each.organisation_id] = "in-force"
        elif told.get(each.organisation_id) == "in-force":
            continue
        elif each.state is LabelState.WITHDRAWN:
            told[each.organisation_id] = "withdrawn"
        elif each.from_on is not None and each.from_on <= today:
            told.setdefault(each.organisation_id, "ended")
    return told


def published_days(*, programme_id: int | None = None, limit: int | None = None) -> list[Sealed]:
    """What was published, byte for byte: the latest day first, then by programme."""
    rows = CommitmentDay.objects.order_by("-day", "programme_id")
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    return [_sealed(row) for row in (rows[:limit] if limit is not None else rows)]


def latest_of_programmes() -> list[Sealed]:
    """The latest published day of each programme."""
    rows = CommitmentDay.objects.order_by("programme_id", "-number").distinct("programme_id")
    return [_sealed(row) for row in rows]


def latest_published() -> date | None:
    """The latest day anything was published."""
    return CommitmentDay.objects.order_by("-day").values_list("day", flat=True).first()


def _sealed(row: CommitmentDay) -> Sealed:
    content = json.loads(row.content)
    return Sealed(content, row.digest, base64.b64encode(bytes(row.signature)).decode(), base64.b64encode(bytes(row.public_key)).decode())
