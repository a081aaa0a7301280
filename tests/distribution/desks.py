"""A network of desks whose programme publishes its two agreements: who applies, who answers, who signs."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from carnet.distribution import operations, queries
from carnet.distribution.rules.joining import TRAINING, AgreementKind, DecisionKind, Step
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from tests.distribution.conftest import person

TEXT = "Le mandant confie au mandataire la garde et la remise des carnets.\n\nArticle 1. Les carnets sont des valeurs."
WHO = {
    "number": "W449990201",
    "name": "Les Voisins",
    "form": "ASSOCIATION",
    "street": "1 rue du Pré",
    "postcode": "44000",
    "city": "Nantes",
}
POINT: dict[str, Any] = {
    "name": "Bottière",
    "street": "2 rue du Port",
    "postcode": "44000",
    "commune": "Nantes",
    "hours": "lundi au vendredi 9h-12h",
}
PEOPLE = {"lead_name": "Ana Roy", "lead_email": "ana@example.org"}


@dataclass(frozen=True)
class DeskNetwork:
    """A programme's side of joining. `at`: now."""

    programme_id: int
    operator_id: int
    at: datetime

    @property
    def slug(self) -> str:
        return funding.programme(self.programme_id).slug

    def later(self, at: datetime) -> "DeskNetwork":
        return replace(self, at=at)

    def staff(self, number: int, role: Role = Role.OPERATOR_ADMIN) -> Actor:
        return replace(person(self.operator_id, role, {self.programme_id}), person_id=number, proved_at=self.at)

    def lead(self, organisation_id: int) -> Actor:
        return replace(person(organisation_id, Role.PRESCRIBER_LEAD), proved_at=self.at)

    def facts(self, actor: Actor) -> dict[str, Any]:
        return {"actor": actor, "request_id": uuid4(), "at": self.at}

    def publish(self, *kinds: AgreementKind, months: int = 12) -> "DeskNetwork":
        admin = self.staff(901)
        with acting_as(admin):
            for kind in kinds or tuple(AgreementKind):
                operations.publish_agreement(programme_id=self.programme_id, kind=kind, text=TEXT, months=months, **self.facts(admin))
        return self

    def draft(self, *, who: dict[str, str] = WHO, email: str = "ana@example.org", point: dict[str, Any] = POINT) -> str:
        secret = operations.open_desk_file(slug=self.slug, email=email, request_id=uuid4(), at=self.at).secret
        assert secret
        operations.write_desk_step(secret=secret, step=Step.WHO, given=who, at=self.at)
        operations.write_desk_step(secret=secret, step=Step.PEOPLE, given=PEOPLE | {"lead_email": email}, at=self.at)
        operations.write_desk_point(secret=secret, given=point, at=self.at)
        return secret

    def sent(self, **more: Any) -> int:
        secret = self.draft(**more)
        operations.send_desk_file(secret=secret, request_id=uuid4(), at=self.at)
        return queries.desk_file_of_link(secret, at=self.at).file_id

    def decide(self, kind: DecisionKind, reason: str = "Parce que.", **about: int) -> int:
        first, second = self.staff(901), self.staff(902)
        with acting_as(first):
            decision_id = operations.prepare_desk_decision(kind=kind, reason=reason, **about, **self.facts(first))
        with acting_as(second):
            operations.take_desk_decision(decision_id=decision_id, **self.facts(second))
        return decision_id

    def admitted(self, **more: Any) -> int:
        """The organisation of an application sent and admitted."""
        file_id, admin = self.sent(**more), self.staff(901)
        self.decide(DecisionKind.ADMIT, file_id=file_id)
        with acting_as(admin):
            return queries.desk_file(file_id, actor=admin, at=self.at).organisation_id or 0

    def about(self, organisation_id: int) -> dict[str, int]:
        return {"programme_id": self.programme_id, "organisation_id": organisation_id}

    def signed(self, organisation_id: int, kind: AgreementKind = AgreementKind.MANDATE, **more: Any) -> int:
        lead = self.lead(organisation_id)
        with acting_as(lead):
            return operations.sign_agreement(
                **self.about(organisation_id), kind=kind, version=1, signer_title="Présidente", **more, **self.facts(lead)
            )

    def agreed(self, organisation_id: int, **more: Any) -> int:
        agreement_id, admin = self.signed(organisation_id, **more), self.staff(902)
        with acting_as(admin):
            operations.countersign_agreement(agreement_id=agreement_id, **self.facts(admin))
        return agreement_id

    def trained(self, organisation_id: int) -> None:
        lead = self.lead(organisation_id)
        with acting_as(lead):
            for item in TRAINING:
                operations.tick_training(**self.about(organisation_id), item=item.code, is_done=True, **self.facts(lead))

    def desk(self, organisation_id: int) -> queries.DeskView:
        lead = self.lead(organisation_id)
        with acting_as(lead):
            return queries.desk(**self.about(organisation_id), actor=lead, at=self.at)
