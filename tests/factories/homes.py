"""A landlord's estate in a campaign: a landlord, a provider, two residences, an open offer, and the people who act."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from carnet.connectivity import operations
from carnet.connectivity.models import Home, Residence
from carnet.connectivity.operations import Asked
from carnet.connectivity.rules import (
    Collector,
    Eligibility,
    Ground,
    HomeLine,
    IncidentKind,
    OfferTerms,
    Part,
    RefusalReason,
    ResidenceLine,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.parties.models import Organisation
from tests.factories.campaign import NOW, SYSTEM, Campaign, campaign, organisation, rid

SOURCE = "Convention, article 4"
ASKED = Asked(grounds=(Ground.NO_CONNECTION, Ground.TOO_DEAR), phone="06 12 34 56 78")


@dataclass(frozen=True)
class Estate:
    """Twelve homes in two residences: LES-TILLEULS (T-001 to T-008) and LE-PORT (P-001 to P-004)."""

    campaign: Campaign
    landlord_id: int
    provider_id: int
    residence_id: int
    home_ids: tuple[int, ...]
    offer_id: int
    others: dict[str, int] = field(default_factory=dict)

    @property
    def landlord(self) -> Actor:
        return person(601, self.landlord_id, "LANDLORD")

    @property
    def provider(self) -> Actor:
        return person(602, self.provider_id, "PROVIDER")

    @property
    def desk(self) -> Actor:
        return person(603, self.campaign.prescriber_id, "PRESCRIBER")

    def staff(self, role: str = "OPERATOR_ADMIN", *, person_id: int = 604, at: datetime = NOW) -> Actor:
        return person(person_id, self.campaign.operator_id, role, programme_ids=(self.campaign.programme_id,), proved_at=at)

    def apply(self, rank: int = 0, *, asked: Asked = ASKED, at: datetime = NOW, **changed: Any) -> operations.Applied:
        """An application of the desk for the home of this rank."""
        with acting_as(self.desk):
            wanted = {"offer_id": self.offer_id, "home_id": self.home_ids[rank], "asked": asked, "request_id": rid(), **changed}
            return operations.apply(actor=self.desk, at=at, **wanted)

    def accepted(self, rank: int = 0, *, at: datetime = NOW) -> operations.Applied:
        """An application that the landlord accepted: its money is set aside."""
        made = self.apply(rank, at=at)
        with acting_as(self.landlord):
            operations.accept(connection_id=made.id, actor=self.landlord, request_id=rid(), at=at)
        return made

    def active(self, rank: int = 0, *, at: datetime = NOW, day: date | None = None) -> operations.Applied:
        """A connection since `day`, or the day of `at`."""
        made = self.accepted(rank, at=at)
        with acting_as(self.provider):
            operations.activate(connection_id=made.id, day=day or at.date(), actor=self.provider, request_id=rid(), at=at)
        return made


def person(
    person_id: int, organisation_id: int, role: str, *, programme_ids: tuple[int, ...] = (), proved_at: datetime | None = None
) -> Actor:
    """Somebody of an organisation, in one role."""
    return Actor(
        kind="person", label=role.lower(), person_id=person_id, organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}), programme_ids=frozenset(programme_ids), roles=frozenset({role}), proved_at=proved_at,
    )  # fmt: skip


def terms(campaign: Campaign, landlord_id: int, provider_id: int, **changed: Any) -> OfferTerms:
    """The offer of Port-Boyer in its price to the household: 2.90 EUR a month."""
    said: dict[str, Any] = {
        "name": "Internet à 2,90 €", "agreement_id": campaign.agreement_id, "landlord_id": landlord_id, "provider_id": provider_id,
        "household_cents": 290, "landlord_cents": 300, "funders_cents": 500, "setup_cents": 4_000, "collector": Collector.LANDLORD,
        "down_mbps": 10, "up_mbps": 2, "has_box": True, "lends_computer": True, "months": 12, "home_limit": 50,
        "opens_on": NOW.date() - timedelta(days=10), "closes_on": NOW.date() + timedelta(days=300),
        "eligibility": Eligibility(needed=(Ground.NO_CONNECTION,), one_of=(Ground.TOO_DEAR, Ground.LOW_INCOME), source=SOURCE),
    }  # fmt: skip
    return OfferTerms(**{**said, **changed})


LINES = (
    ResidenceLine(
        "LES-TILLEULS", "Les Tilleuls", "2 rue des Tilleuls", "44300", "Nantes", "44109", 40, True,
        tuple(HomeLine(f"T-00{rank}", f"Bât. A, {rank}e porte") for rank in range(1, 9)),
    ),
    ResidenceLine(
        "LE-PORT", "Le Port", "1 quai du Port", "44300", "Nantes", "44109", 4, None, tuple(HomeLine(f"P-00{rank}", "") for rank in range(1, 5)),
    ),
)  # fmt: skip


def estate(campaign: Campaign, *, cents_each: int = 1_000_000, **changed: Any) -> Estate:
    """The estate, its offer open and its funders' money in the account. Call it seeing nothing: it opens what it needs."""
    landlord_id, provider_id = organisation("Habitat", "LANDLORD"), organisation("Réseau", "PROVIDER")
    made = Estate(campaign, landlord_id, provider_id, 0, (), 0)
    with acting_as_everything(why="prepare an estate"):
        # The operator brought the desk in: that is why somebody may apply there.
        parties_of_operator(campaign)
        for each, part in ((landlord_id, Part.LANDLORD), (provider_id, Part.PROVIDER)):
            operations.admit_partner(
                programme_id=campaign.programme_id, organisation_id=each, part=part, actor=made.staff(), request_id=rid(), at=NOW
            )
        for funder_id in campaign.funder_ids:
            ledger.receive_money(
                programme_id=campaign.programme_id, agreement_id=campaign.agreement_id, funder_id=funder_id, cents=cents_each, actor=SYSTEM,
                request_id=rid(), at=NOW,
            )  # fmt: skip
    with acting_as(made.landlord):
        operations.bring_in_homes(
            programme_id=campaign.programme_id, estate=LINES, digest=hashlib.sha256(b"file").digest(), actor=made.landlord,
            request_id=rid(), at=NOW,
        )  # fmt: skip
        residence = Residence.objects.get(reference="LES-TILLEULS")
        home_ids = tuple(
            Home.objects.filter(landlord_id=landlord_id).order_by("-residence__name", "reference").values_list("id", flat=True)
        )
    said = terms(campaign, landlord_id, provider_id, **changed)
    with acting_as(made.staff()):
        offer_id = operations.prepare_offer(
            programme_id=campaign.programme_id, terms=said, actor=made.staff("OPERATOR_AGENT"), request_id=rid(), at=NOW
        )
        operations.open_offer(offer_id=offer_id, actor=made.staff("APPROVER", person_id=605), request_id=rid(), at=NOW)
    return Estate(campaign, landlord_id, provider_id, residence.id, home_ids, offer_id)


def parties_of_operator(campaign: Campaign) -> None:
    """Say that the campaign's operator brought its desk in, as a real one does when it registers it."""
    Organisation.objects.filter(id=campaign.prescriber_id).update(registered_by_id=campaign.operator_id)


def homes_lived() -> Estate:
    """A campaign of its own whose homes leave a row in every table: connected, broken and mended, with a number to call."""
    with acting_as_everything(why="a campaign for homes"):
        made = estate(campaign())
    connected = made.active()
    with acting_as(made.desk):
        operations.report_incident(connection_id=connected.id, kind=IncidentKind.CUTS, actor=made.desk, request_id=rid(), at=NOW)
    made.apply(1)
    # Nobody may write to this number: a letter waits at the desk.
    refused = made.apply(2)
    with acting_as(made.landlord):
        operations.refuse(connection_id=refused.id, reason=RefusalReason.WORKS, actor=made.landlord, request_id=rid(), at=NOW)
    return made
