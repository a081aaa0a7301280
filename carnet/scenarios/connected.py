"""A landlord's estate from its file to the closing: studied, connected, billed month after month, paid through the bank, everything given back.

Everything passes by the screens' own operations, at the hour it is said to have happened. The homes are invented.
"""

import csv
import hashlib
import random
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from carnet.connectivity import operations, queries
from carnet.connectivity.operations import Asked
from carnet.connectivity.operations.studies import make_study
from carnet.connectivity.queries import bills as bill_reads
from carnet.connectivity.queries import verifying
from carnet.connectivity.rules import (
    Collector,
    Eligibility,
    EndReason,
    Ground,
    IncidentKind,
    MendedBy,
    OfferTerms,
    Part,
    read_estate,
)
from carnet.connectivity.rules.study.assumptions import Choices, ranges_given
from carnet.connectivity.rules.study.estate import StudiedResidence
from carnet.funding import operations as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Counts
from carnet.parties import operations as parties
from carnet.parties import queries as parties_reads
from carnet.parties.rules import OrganisationKind, Role
from carnet.redemption import queries as redemption
from carnet.scenarios import cast
from carnet.scenarios.billed import Biller
from carnet.scenarios.plan import FunderPlan, ScenarioUnreadable, Season, load
from carnet.scenarios.play import Stage, _at
from carnet.settlement import operations as settlement
from carnet.settlement import queries as settlement_reads

Progress = Callable[[str, int, int], None]
_ASKED = Asked(grounds=(Ground.NO_CONNECTION, Ground.TOO_DEAR))


@dataclass(frozen=True, slots=True)
class ConnectionScenario:
    """How many homes, for how long, at what price to each. Cents a month, but the set-up, once."""

    name: str
    title: str
    operator: str
    homes: int
    months: int
    household_cents: int
    landlord_cents: int
    funders_cents: int
    setup_cents: int
    incident_every: int
    leave_every: int
    funders: tuple[FunderPlan, ...]


@dataclass
class PlayedConnections:
    """What a play leaves."""

    scenario: ConnectionScenario
    programme_id: int
    agreement_id: int
    landlord_id: int = 0
    provider_id: int = 0
    study_id: int = 0
    connection_ids: list[int] = field(default_factory=list)
    bill_ids: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def connection_scenario(values: dict[str, Any]) -> ConnectionScenario:
    """What a file says, checked. Raises: ScenarioUnreadable."""
    needed = {each.name for each in fields(ConnectionScenario) if each.default is MISSING}
    if problems := sorted(needed ^ values.keys()):
        raise ScenarioUnreadable(scenario=str(values.get("name", "")), reason=", ".join(problems))
    made = ConnectionScenario(**{**values, "funders": tuple(FunderPlan(**each) for each in values["funders"])})
    if sum(each.percent for each in made.funders) != 100 or not 0 < made.homes <= 60 or not 0 < made.months <= 24:
        raise ScenarioUnreadable(scenario=made.name, reason="funders: 100 %, homes 1-60, months 1-24")
    return made


def play_connections(
    scenario: ConnectionScenario, *, today: date, seed: int = 1, progress: Progress = lambda _what, _done, _total: None
) -> PlayedConnections:
    """Play the whole life of an estate's connections, the last bill paid and the agreement closed by today."""
    first = add_months(today.replace(day=1), -(scenario.months + 3))
    base = replace(
        load("nantes"), name=scenario.name, title=scenario.title, operator=scenario.operator, funders=scenario.funders, prescribers=1, places=1,
        booklets=1,
    )  # fmt: skip
    dice = random.Random(f"{scenario.name} {seed}")  # noqa: S311 - behaviour of a simulation, never a secret
    with transaction.atomic():
        everyone = cast.gather(base, today=today, dice=dice)
        stage = Stage(base, Season(first, add_months(first, 12) - timedelta(days=1), today), everyone, None, progress)
        stage.found_programme()
    played = PlayedConnections(scenario, stage.programme_id, stage.agreement_id)
    _Estate(played, stage, first, progress).live()
    return played


class _Estate:
    """The play as it goes: who acts, and the months that follow one another."""

    def __init__(self, played: PlayedConnections, stage: Stage, first: date, progress: Progress) -> None:
        self.played, self.stage, self.first, self.progress = played, stage, first, progress
        self.scenario = played.scenario
        began = _at(first, 9)
        self.landlord = self._organisation("Bailleur des Bassins (simulé)", Role.LANDLORD, at=began)
        self.provider = self._organisation("Fibre des Bassins (simulé)", Role.PROVIDER, at=began)
        played.landlord_id, played.provider_id = self.landlord.organisation_id or 0, self.provider.organisation_id or 0
        desk_id = stage.cast.desk_ids[0]
        self.desk = Actor(
            kind="person", label="prescriber", organisation_id=desk_id, organisation_ids=frozenset({desk_id}),
            roles=frozenset({Role.PRESCRIBER.value}),
        )  # fmt: skip
        self.biller = Biller(played.programme_id, played.agreement_id, stage.cast, self.provider, played.landlord_id)

    def live(self) -> None:
        """From the file to the closing."""
        homes = self._bring_in()
        self._study()
        self._pay_in()
        offer_id = self._open_offer()
        self._connect(offer_id, homes)
        last = self._bill()
        self._close(last)

    def staff(self, role: Role, at: datetime) -> Actor:
        return self.stage.cast.actor(role, self.played.programme_id, at)

    def _organisation(self, name: str, role: Role, *, at: datetime) -> Actor:
        operator_id = self.stage.cast.operator_id
        organisation_id = parties.create_organisation(
            name=name, kinds=[OrganisationKind[role.value]], is_simulated=True, registered_by=operator_id,
            actor=Actor.system("scenario", organisation_ids={operator_id}), request_id=uuid4(), at=at,
        )  # fmt: skip
        if role is Role.PROVIDER:
            cast.change_account(
                organisation_id, cast.simulated_iban(organisation_id), operator_id, self.stage.cast.staff, at - timedelta(days=5)
            )
        return Actor(
            kind="person", label=role.lower(), organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            roles=frozenset({role.value}),
        )  # fmt: skip

    def _bring_in(self) -> list[int]:
        """The landlord's file, as its page reads it; the homes in its order."""
        at = _at(self.first, 10)
        content = (files("carnet.scenarios") / "shipped" / "estate.csv").read_text(encoding="utf-8")
        reader = csv.DictReader(content.splitlines(), delimiter=";")
        estate = read_estate(reader.fieldnames or (), enumerate(reader, start=2))
        admin = self.staff(Role.OPERATOR_ADMIN, at)
        with acting_as(admin):
            for each, part in ((self.landlord, Part.LANDLORD), (self.provider, Part.PROVIDER)):
                operations.admit_partner(
                    programme_id=self.played.programme_id, organisation_id=each.organisation_id or 0, part=part, actor=admin,
                    request_id=uuid4(), at=at,
                )  # fmt: skip
        with acting_as(self.landlord):
            operations.bring_in_homes(
                programme_id=self.played.programme_id, estate=estate, digest=hashlib.sha256(content.encode()).digest(), actor=self.landlord,
                request_id=uuid4(), at=at,
            )  # fmt: skip
            return [
                home.id
                for residence in queries.residences(actor=self.landlord)
                for home in queries.homes(actor=self.landlord, residence_id=residence.id)
            ]

    def _study(self) -> None:
        """Before any euro: what it would cost, by the landlord's own residences."""
        at = _at(self.first, 11)
        admin = self.staff(Role.OPERATOR_ADMIN, at)
        with acting_as(self.landlord):
            residences = [
                StudiedResidence(each.name, each.commune, each.dwelling_count, each.dwelling_count, bool(each.has_fibre), False)
                for each in queries.residences(actor=self.landlord)
            ]
        with acting_as(admin):
            self.played.study_id = make_study(
                name="Les Bassins (inventé)", residences=residences, ranges=ranges_given(), choices=Choices(months=self.scenario.months),
                programme_id=self.played.programme_id, landlord_id=self.played.landlord_id, actor=admin,
                request_id=UUID(int=self.played.programme_id), at=at,
            )  # fmt: skip

    def _pay_in(self) -> None:
        """Each funder's part of every home, to the cent, and something for a rainy day."""
        at, scenario = _at(self.first, 12), self.scenario
        treasurer = self.staff(Role.TREASURER, at)
        whole = (scenario.homes + 1) * (scenario.setup_cents + scenario.months * scenario.funders_cents)
        with acting_as(treasurer):
            for number, plan in enumerate(scenario.funders, start=1):
                funding.record_money_received(
                    agreement_id=self.played.agreement_id, funder_id=self.stage.cast.funder_ids[plan.name], cents=whole * plan.percent // 100 + 1,
                    received_on=legal_day(at), bank_reference=f"VIR-{self.played.programme_id}-{number}", actor=treasurer,
                    request_id=uuid4(), at=at,
                )  # fmt: skip

    def _open_offer(self) -> int:
        at, scenario = _at(self.first, 14), self.scenario
        admin, approver = self.staff(Role.OPERATOR_ADMIN, at), self.staff(Role.APPROVER, at)
        terms = OfferTerms(
            name="Internet à 2,90 €", agreement_id=self.played.agreement_id, landlord_id=self.played.landlord_id,
            provider_id=self.played.provider_id, household_cents=scenario.household_cents, landlord_cents=scenario.landlord_cents,
            funders_cents=scenario.funders_cents, setup_cents=scenario.setup_cents, collector=Collector.LANDLORD, down_mbps=10, up_mbps=2,
            has_box=True, lends_computer=True, months=scenario.months, home_limit=scenario.homes, opens_on=self.first,
            closes_on=add_months(self.first, 6),
            eligibility=Eligibility((Ground.NO_CONNECTION,), (Ground.TOO_DEAR, Ground.LOW_INCOME), source="Convention simulée"),
        )  # fmt: skip
        with acting_as(admin):
            offer_id = operations.prepare_offer(programme_id=self.played.programme_id, terms=terms, actor=admin, request_id=uuid4(), at=at)
        with acting_as(approver):
            operations.open_offer(offer_id=offer_id, actor=approver, request_id=uuid4(), at=at)
        return offer_id

    def _connect(self, offer_id: int, homes: list[int]) -> None:
        """Two or three homes a day; some are cut for a week, some leave in their third month."""
        for rank, home_id in enumerate(homes[: self.scenario.homes]):
            at = _at(self.first + timedelta(days=1 + rank // 3), 10)
            with acting_as(self.desk):
                made = operations.apply(offer_id=offer_id, home_id=home_id, actor=self.desk, request_id=uuid4(), at=at, asked=_ASKED)
            with acting_as(self.landlord):
                operations.accept(connection_id=made.id, actor=self.landlord, request_id=uuid4(), at=at + timedelta(days=1))
            with acting_as(self.provider):
                day = at + timedelta(days=4)
                operations.activate(connection_id=made.id, day=legal_day(day), actor=self.provider, request_id=uuid4(), at=day)
            self.played.connection_ids.append(made.id)
            self.progress("connect", rank + 1, self.scenario.homes)

    def _bill(self) -> datetime:
        """Month after month: cuts and ends as they happen, the bill on the fifth, the landlord's payment on the twentieth."""
        at = _at(self.first, 10)
        for rank in range(self.scenario.months + 2):
            month = add_months(self.first, rank)
            self._happen(rank, month)
            at = _at(add_months(month, 1) + timedelta(days=4), 10)
            with acting_as_everything(why="the nightly end of terms"):
                operations.end_terms(at=at)
            bill_id = self.biller.bill(month, at=at, comes_back=rank == 2)
            self.played.bill_ids += [bill_id] if bill_id else []
            self.biller.landlord_pays(at=at + timedelta(days=5))
        balance_id = self.biller.balance(at=at + timedelta(days=6))
        self.played.bill_ids += [balance_id] if balance_id else []
        return at + timedelta(days=7)

    def _happen(self, rank: int, month: date) -> None:
        for number, connection_id in enumerate(self.played.connection_ids):
            if rank == 1 and number % self.scenario.incident_every == 0:
                said_at = _at(month + timedelta(days=14), 11)
                with acting_as(self.desk):
                    incident_id = operations.report_incident(
                        connection_id=connection_id, kind=IncidentKind.CUTS, actor=self.desk, request_id=uuid4(), at=said_at
                    )
                with acting_as(self.provider):
                    operations.mend(
                        incident_id=incident_id, by=MendedBy.LINE, actor=self.provider, request_id=uuid4(), at=said_at + timedelta(days=7)
                    )
            if rank == 2 and number % self.scenario.leave_every == 0:
                left_at = _at(month + timedelta(days=24), 15)
                with acting_as(self.landlord):
                    operations.end(
                        connection_id=connection_id, reason=EndReason.MOVED_OUT, day=legal_day(left_at), actor=self.landlord,
                        request_id=uuid4(), at=left_at,
                    )  # fmt: skip

    def _close(self, at: datetime) -> None:
        """What is left goes back to each funder, by two people; the agreement is closed."""
        treasurer, approver = self.staff(Role.TREASURER, at), self.staff(Role.APPROVER, at)
        with acting_as(treasurer):
            closing_id = settlement.prepare_closing(agreement_id=self.played.agreement_id, actor=treasurer, request_id=uuid4(), at=at)
        with acting_as(approver):
            settlement.approve_closing(closing_id=closing_id, actor=approver, request_id=uuid4(), at=at)
        with acting_as(treasurer):
            settlement.record_repayments(
                closing_id=closing_id, reference="VIR-RETOUR", paid_on=legal_day(at), actor=treasurer, request_id=uuid4(), at=at
            )


def summarise_connections(played: PlayedConnections, *, seconds: float) -> dict[str, Any]:
    """The summary of every play, and of the homes beside. Money is whole cents; it speaks of this play only."""
    with acting_as(programme_ids=[played.programme_id]):
        table = ledger.money(agreement_id=played.agreement_id)
        names = parties_reads.organisations(table.by_funder)
        provider = ledger.provider_standing(agreement_id=played.agreement_id, provider_id=played.provider_id)
        landlord = ledger.landlord_standing(agreement_id=played.agreement_id, landlord_id=played.landlord_id)
    system = Actor.system("scenario", programme_ids={played.programme_id})
    with acting_as(system):
        lines = bill_reads.lines(actor=system)
    with acting_as_everything(why="a play proves the whole ledger before it says it is done"):
        verified = not (ledger.verify() or redemption.verify() or settlement_reads.verify() or verifying.verify())
    return {
        "scenario": played.scenario.name,
        "seconds": round(seconds, 1),
        "ledger_verified": verified,
        "vouchers": Counts().as_dict(),
        "money_cents": table.total.as_dict(),
        "by_funder": [{"name": names[funder_id].name, **money.as_dict()} for funder_id, money in table.by_funder.items()],
        "places": 0,
        "prescribers": 1,
        "files": played.files,
        "homes": len(played.connection_ids),
        "bills": len(played.bill_ids),
        "months_billed": len(lines),
        "provider_paid_cents": provider.paid_cents,
        "provider_owed_cents": provider.owed_cents,
        "landlord_paid_cents": landlord.own_cents,
        "households_paid_cents": landlord.households_cents,
        "landlord_due_cents": landlord.due_cents,
        "study": played.study_id,
    }
