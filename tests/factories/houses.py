"""A structure admitted to act for people, its two helpers and its lead; people who sign, and what is done for them."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import operations
from carnet.mandates.operations import Known, Signed, Used
from carnet.mandates.rules import Duration, Family, MandateSaid, PivotIdentity, Protection
from carnet.mandates.rules.texts import CURRENT
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM, organisation, programme, rid
from tests.web.conftest import PASSWORD, SECRET

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


def fill(ours: House, count: int) -> None:
    """So many more people who signed for money, a year, without going through the screens: to look at long lists."""
    from carnet.gateways.keys import key_ring, sealed_by
    from carnet.mandates import access
    from carnet.mandates.models import AssistedPerson, Authorisation, Mandate
    from carnet.mandates.rules import MandateNumber, PersonNumber, ends_at, prefixes, window

    ring, (starts_on, ends_on) = key_ring(), window(Duration.YEAR, ours.at)
    people, mandates = [], []
    for rank in range(count):
        number, key = PersonNumber.from_drawn(secrets.randbelow(PersonNumber.DRAWN_MAX)), secrets.token_bytes(32)
        identity = replace(DELPHINE, given_names=f"Ondine {rank}", email="")
        people.append(
            AssistedPerson(
                organisation_id=ours.organisation_id, number=str(number), subject_mark=secrets.token_bytes(32), is_from_paper=False,
                identity_mark=secrets.token_bytes(32), sealed_key=ring.seal(access.key_purpose(str(number)), key),
                sealed_identity=sealed_by(key, access.written_identity(identity), access.identity_about(str(number))),
                search_marks=access.search_marks(ours.organisation_id, prefixes(identity)) if rank < 100 else [],
                code_mark=secrets.token_bytes(32), known_since=ours.at, signed_at=ours.at,
            )
        )  # fmt: skip
    with acting_as_everything(why="long lists"):
        for person in AssistedPerson.objects.bulk_create(people, batch_size=1_000):
            drawn = MandateNumber.from_drawn(secrets.randbelow(MandateNumber.DRAWN_MAX))
            mandates.append(
                Mandate(
                    organisation_id=ours.organisation_id, person=person, number=str(drawn), duration=Duration.YEAR.value, starts_on=starts_on,
                    ends_on=ends_on, signed_at=ours.at, signed_by_id=801, identity_check="FRANCECONNECT", consent="FACE", protection="NONE",
                    text_version=CURRENT.version, text_digest=CURRENT.digest, language="fr", check_mark=secrets.token_bytes(32),
                    request_id=rid(),
                )
            )  # fmt: skip
        Authorisation.objects.bulk_create(
            (
                Authorisation(
                    organisation_id=ours.organisation_id, mandate=mandate, person_id=mandate.person_id, family=Family.MONEY.value,
                    starts_at=ours.at, ends_at=ends_at(ends_on),
                )
                for mandate in Mandate.objects.bulk_create(mandates, batch_size=1_000)
            ),
            batch_size=1_000,
        )  # fmt: skip


def member(organisation_id: int, *roles: str) -> str:
    """Somebody of the organisation with these roles and a second factor; their e-mail."""
    email = f"{uuid4().hex[:8]}@example.org"
    with acting_as_everything(why="a member"):
        for role in roles:
            person_id = parties.enrol_member(
                organisation_id=organisation_id, email=email, display_name="Membre", role=role, password=PASSWORD, actor=SYSTEM,
                request_id=rid(), at=NOW,
            )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=rid(), at=NOW)
    return email
