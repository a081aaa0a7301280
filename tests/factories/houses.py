"""A structure admitted to act for people, its two helpers and its lead; people who sign, and what is done for them."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import operations
from carnet.mandates.operations import Known, Signed, Used
from carnet.mandates.rules import Duration, Family, MandateSaid, PivotIdentity, Protection
from carnet.mandates.rules.texts import CURRENT
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM, organisation, programme, rid

# A name that no page, no row and no journal may keep once erased: nothing else in a test is called so.
DELPHINE = PivotIdentity("Quatrefages", "Delphine Ondine", "1948-02-29", "female", "44109", "99100", "delphine@example.org")


@dataclass(frozen=True)
class House:
    """A structure, and who acts in it at `at`, a second factor just proved."""

    organisation_id: int
    programme_id: int
    operator_id: int
    at: datetime = field(default=NOW)

    def person(self, number: int, *roles: str) -> Actor:
        """A member of the structure."""
        return Actor(
            kind="person", label="", person_id=number, organisation_id=self.organisation_id,
            organisation_ids=frozenset({self.organisation_id}), roles=frozenset(roles), proved_at=self.at,
        )  # fmt: skip

    @property
    def helper(self) -> Actor:
        return self.person(801, "HELPER")

    @property
    def second(self) -> Actor:
        return self.person(802, "HELPER")

    @property
    def lead(self) -> Actor:
        return self.person(803, "HELPER_LEAD")

    def on(self, at: datetime) -> "House":
        """The same structure, at another moment."""
        return replace(self, at=at)

    def sign(
        self, identity: PivotIdentity = DELPHINE, *, subject: str = "subject of delphine", families: Collection[Family] = (Family.MONEY,),
        duration: Duration = Duration.YEAR, **more: Any,
    ) -> Signed:  # fmt: skip
        """The person signs with the structure, face to face; without a subject, a paper read by two helpers."""
        said = MandateSaid(tuple(families), duration, Protection.NONE, CURRENT.version, CURRENT.digest)
        known = Known(identity, subject, None if subject else self.second.person_id, more.pop("contact", None))
        with acting_as(self.helper):
            return operations.sign_mandate(
                said=said, known=known, actor=self.helper, **{"request_id": rid(), "at": self.at} | more
            )  # fmt: skip

    def use(self, authorisation_id: int, procedure: str = "taxes", *, service: str = "impots.gouv.fr", **more: Any) -> Used:
        """Something done for the person."""
        with acting_as(self.helper):
            return operations.record_use(
                authorisation_id=authorisation_id, procedure=procedure, service=service, actor=self.helper,
                **{"request_id": rid(), "at": self.at} | more,
            )  # fmt: skip

    def authorisations(self, person_id: int) -> dict[str, int]:
        """Ids of what a person authorises now, by family."""
        from carnet.mandates.models import Authorisation

        with acting_as(self.helper):
            rows = Authorisation.objects.filter(person_id=person_id, ended_at=None, ends_at__gt=self.at)
            return dict(rows.values_list("family", "id"))


def house(name: str = "Médiathèque", *, postcode: str = "44000", city: str = "Nantes", programme_id: int | None = None) -> House:
    """A structure admitted to a programme: a new one, unless it is given."""
    with acting_as_everything(why="a structure for tests"):
        operator_id = organisation("Opérateur", "OPERATOR")
        found = programme_id or programme(operator_id, name=f"Programme de {name}")
        ours = parties.create_organisation(
            name=name, kinds=["HELPER"], is_simulated=True, postcode=postcode, city=city, actor=SYSTEM, request_id=rid(), at=NOW
        )
        operations.admit_structure(organisation_id=ours, programme_id=found, actor=SYSTEM, request_id=rid(), at=NOW)
    return House(ours, found, operator_id)
