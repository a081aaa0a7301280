"""An application written whole, through the same operations as the screens."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import pikepdf

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.places import operations, queries
from carnet.places.rules.joining import Step
from tests.factories.campaign import rid

CRITERIA = "Des leçons gratuites\nRien à payer au-delà du chèque, ou un reste annoncé.\n\nUne personne formée\nQuelqu’un sait apprendre à des débutants.\n\nUn lieu accessible"
CHARTER = "Nous accueillons toute personne, sans lui demander pourquoi elle vient."
DELAYS = {"answer_days": 30, "completion_days": 30, "appeal_days": 60, "label_months": 24}
RNA, SIRET = "W442001234", "43493312300029"
WHO = {
    "number": RNA,
    "name": "Les Souris de Bellevue",
    "form": "ASSOCIATION",
    "street": "3 rue de l’Exemple",
    "postcode": "44100",
    "city": "Nantes",
}
SITES: tuple[dict[str, str], ...] = (
    {"name": "Les Souris, Bellevue", "address": "3 rue de l’Exemple", "postcode": "44100", "commune": "Nantes", "phone": "02 40 41 90 00"},
    {"name": "Les Souris, Le Bourg", "address": "1 place de l’Église", "postcode": "44800", "commune": "Saint-Herblain", "latitude": "47.2123",
     "longitude": "-1.6497"},
)  # fmt: skip
TAUGHT: dict[str, Any] = {"services": ["mailbox", "printer"], "modes": ["workshop"], "access": ["step-free"], "beyond_cents": 0, "note": ""}
PEOPLE = {"head_name": "Dany Martin", "head_title": "Présidente", "contact_name": "Dominique Roy", "contact_email": "souris@example.org"}
BANK = {"holder": "Les Souris de Bellevue", "iban": "FR76 3000 6000 0112 3456 7890 189", "bic": ""}


def paper(pages: int = 1) -> bytes:
    """A plain PDF."""
    made, written = pikepdf.new(), BytesIO()
    for _page in range(pages):
        made.add_blank_page()
    made.save(written)
    return written.getvalue()


def staff(operator_id: int, programme_id: int, person_id: int, role: str, at: datetime) -> Actor:
    """Someone of the operator who has just proved who they are."""
    return Actor(
        kind="person", label=role.lower(), person_id=person_id, organisation_id=operator_id, organisation_ids=frozenset({operator_id}),
        programme_ids=frozenset({programme_id}), roles=frozenset({role}), proved_at=at,
    )  # fmt: skip


@dataclass(frozen=True)
class Network:
    """A network open to places, and the people who decide for it."""

    operator_id: int
    programme_id: int
    at: datetime

    def person(self, number: int, role: str, at: datetime | None = None) -> Actor:
        return staff(self.operator_id, self.programme_id, number, role, at or self.at)

    def open(self) -> "Network":
        admin = self.person(901, "OPERATOR_ADMIN")
        with acting_as(admin):
            operations.publish_terms(
                programme_id=self.programme_id, criteria=CRITERIA, charter=CHARTER, **DELAYS, actor=admin, request_id=rid(), at=self.at
            )
        return self

    def begin(self, email: str = "souris@example.org") -> str:
        secret = operations.open_joining_file(programme_id=self.programme_id, email=email, request_id=rid(), at=self.at).secret
        assert secret is not None
        return secret

    def write(self, secret: str, *, who: dict[str, str] = WHO, sites: tuple[dict[str, str], ...] = SITES) -> None:
        at = self.at
        operations.write_step(secret=secret, step=Step.WHO, given=who, at=at)
        for site in sites:
            place_id = int(site["place_id"]) if "place_id" in site else None
            key = operations.add_site(secret=secret, place_id=place_id, at=at)
            operations.write_site(secret=secret, key=key, given=site, at=at)
            operations.write_teaching(secret=secret, key=key, given=TAUGHT, at=at)
        operations.write_step(secret=secret, step=Step.PEOPLE, given=PEOPLE, at=at)
        operations.write_step(secret=secret, step=Step.BANK, given=BANK, at=at)
        for kind in queries.joining_file_of_link(secret, at=at).documents_needed:
            operations.add_document(secret=secret, kind=kind, content=paper(), request_id=rid(), at=at)
        version = queries.joining_file_of_link(secret, at=at).terms.version
        operations.accept_charter(secret=secret, accepted_by="Dany Martin", role="Présidente", version=version, request_id=rid(), at=at)

    def sent(self, **written: Any) -> tuple[str, int]:
        """A file written whole and sent: its secret and its number."""
        secret = self.begin()
        self.write(secret, **written)
        operations.send_joining_file(secret=secret, request_id=rid(), at=self.at)
        return secret, queries.joining_file_of_link(secret, at=self.at).file_id

    def prepare(self, file_id: int, kind: str, *, by: int = 902, at: datetime | None = None, **said: Any) -> int:
        agent, at = self.person(by, "OPERATOR_AGENT", at), at or self.at
        with acting_as(agent):
            return operations.prepare_joining_decision(
                file_id=file_id, kind=kind, reason=said.pop("reason", "Tout est conforme."), actor=agent, request_id=rid(), at=at, **said
            )

    def take(self, decision_id: int, *, by: int = 903, at: datetime | None = None) -> None:
        approver, at = self.person(by, "APPROVER", at), at or self.at
        with acting_as(approver):
            operations.take_joining_decision(decision_id=decision_id, actor=approver, request_id=rid(), at=at)

    def decide(self, file_id: int, kind: str, *, by: tuple[int, int] = (902, 903), at: datetime | None = None, **said: Any) -> int:
        decision_id = self.prepare(file_id, kind, by=by[0], at=at, **said)
        self.take(decision_id, by=by[1], at=at)
        return decision_id

    def manager(self, organisation_id: int) -> Actor:
        return Actor(
            kind="person", label="manager", person_id=950, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            roles=frozenset({"PLACE_MANAGER"}), proved_at=self.at,
        )  # fmt: skip
