"""A programme open to structures, and the people who decide for it: who asks, who answers, who is trained."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates.models import HelperFile
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.rules.habilitation import COMMITMENTS, DecisionKind, HelperSaid, Mode, Position, Step, TrainingSaid
from carnet.parties import operations as parties
from carnet.parties.rules import Role

TERMS = "Article 1. L’aidant agit dans l’intérêt de la personne.\n\nArticle 2. Il ne garde aucun mot de passe."
WHO = {
    "number": "21350360000016",
    "name": "Médiathèque de Vitré",
    "form": "PUBLIC",
    "street": "1 rue du Bourg-aux-Moines",
    "postcode": "35500",
    "city": "Vitré",
}
LEAD = {"lead_name": "Ana Roy", "lead_email": "ana@example.org", "lead_phone": "02 40 41 90 00", "lead_job": "Directrice"}
HELPER = {"name": "Sam Petit", "email": "sam@example.org", "job": "Bibliothécaire", "position": "AGENT"}
PROMISES: dict[str, Any] = {
    "codes": [each.code for each in COMMITMENTS],
    "dpo": "dpo@example.org",
    "accepted_by": "Ana Roy",
    "accepted_title": "Directrice",
    "version": "1",
}


def paper() -> bytes:
    """A plain PDF."""
    made, written = pikepdf.new(), BytesIO()
    made.add_blank_page()
    made.save(written)
    return written.getvalue()


@dataclass(frozen=True)
class Habilitation:
    """A programme's side. `at`: now."""

    programme_id: int
    operator_id: int
    at: datetime

    @property
    def slug(self) -> str:
        return funding.programme(self.programme_id).slug

    def later(self, at: datetime) -> "Habilitation":
        return replace(self, at=at)

    def staff(self, number: int, role: Role = Role.OPERATOR_ADMIN) -> Actor:
        return Actor(
            kind="person", label=role.value, person_id=number, organisation_id=self.operator_id,
            organisation_ids=frozenset({self.operator_id}), programme_ids=frozenset({self.programme_id}), roles=frozenset({role}),
            proved_at=self.at,
        )  # fmt: skip

    def member(self, organisation_id: int, person_id: int, role: Role = Role.HELPER_LEAD) -> Actor:
        return Actor(
            kind="person", label=role.value, person_id=person_id, organisation_id=organisation_id,
            organisation_ids=frozenset({organisation_id}), roles=frozenset({role}), proved_at=self.at,
        )  # fmt: skip

    def facts(self, actor: Actor) -> dict[str, Any]:
        return {"actor": actor, "request_id": uuid4(), "at": self.at}

    def publish(self, text: str = TERMS) -> "Habilitation":
        admin = self.staff(901)
        with acting_as(admin):
            operations.publish_helper_terms(programme_id=self.programme_id, text=text, **self.facts(admin))
        return self

    def draft(self, *, who: dict[str, str] = WHO, email: str = LEAD["lead_email"], helpers: tuple[dict[str, str], ...] = (HELPER,)) -> str:
        """A request written whole: its key."""
        key = operations.open_structure_file(slug=self.slug, email=email, request_id=uuid4(), at=self.at).key
        assert key is not None
        operations.write_structure_step(key=key, step=Step.WHO, given=who, at=self.at)
        operations.write_structure_step(key=key, step=Step.LEAD, given=LEAD | {"lead_email": email}, at=self.at)
        for each in helpers:
            operations.write_structure_helper(key=key, given=each, at=self.at)
        operations.write_structure_step(key=key, step=Step.COMMITMENTS, given=PROMISES, at=self.at)
        return key

    def sent(self, **written: Any) -> tuple[str, int]:
        key = self.draft(**written)
        operations.send_structure_file(key=key, request_id=uuid4(), at=self.at)
        return key, queries.structure_file_of_key(key, at=self.at).file_id

    def prepare(self, file_id: int, kind: DecisionKind, *, by: int = 902) -> int:
        agent = self.staff(by, Role.OPERATOR_AGENT)
        with acting_as(agent):
            return operations.prepare_structure_decision(file_id=file_id, kind=kind, reason="Lu et vérifié.", **self.facts(agent))

    def decide(self, file_id: int, kind: DecisionKind, *, by: tuple[int, int] = (902, 903)) -> None:
        decision_id, second = self.prepare(file_id, kind, by=by[0]), self.staff(by[1], Role.APPROVER)
        with acting_as(second):
            operations.take_structure_decision(decision_id=decision_id, **self.facts(second))

    def admitted(self, **written: Any) -> int:
        """A structure admitted: its organisation."""
        _key, file_id = self.sent(**written)
        self.decide(file_id, DecisionKind.ADMIT)
        with acting_as(self.staff(901)):
            found = queries.structure_file(file_id, actor=self.staff(901), at=self.at).organisation_id
        assert found is not None
        return found

    def helpers(self, organisation_id: int) -> list[queries.HelperLine]:
        lead = self.member(organisation_id, 950)
        with acting_as(lead):
            return list(queries.helpers_of(organisation_id, actor=lead, at=self.at))

    def planned(self, *, seats: int = 2, days: int = 3) -> int:
        agent, starts_at = self.staff(902, Role.OPERATOR_AGENT), self.at + timedelta(days=days)
        said = TrainingSaid("Aider avec un mandat", Mode.ON_SITE, "1 rue du Bourg", starts_at, starts_at + timedelta(hours=6), seats)
        with acting_as(agent):
            return operations.plan_training(programme_id=self.programme_id, said=said, **self.facts(agent))

    def seat(self, organisation_id: int, helper_id: int, session_id: int) -> int:
        lead = self.member(organisation_id, 950)
        with acting_as(lead):
            return operations.take_seat(session_id=session_id, helper_id=helper_id, **self.facts(lead))

    def trained(self, organisation_id: int, helper_id: int, *, score: int = 90) -> "Habilitation":
        """Through a training and its test; returns the day after."""
        seat_id = self.seat(organisation_id, helper_id, self.planned())
        after = self.later(self.at + timedelta(days=4))
        agent = after.staff(902, Role.OPERATOR_AGENT)
        with acting_as(agent):
            operations.note_attendance(seat_id=seat_id, came=True, **after.facts(agent))
            operations.note_test(helper_id=helper_id, score=score, **after.facts(agent))
        return after

    def enrolled(self, organisation_id: int, helper_id: int) -> Actor:
        """The account of a helper who answered the letter, as a helper."""
        with acting_as_everything(why="who is invited"):
            row = HelperFile.objects.get(id=helper_id)
        (line,) = [each for each in self.helpers(organisation_id) if each.id == row.id]
        program = Actor.system("people of the tests", organisation_ids={organisation_id})
        with acting_as(organisation_ids=[organisation_id]):
            person_id = parties.enrol_member(
                organisation_id=organisation_id, email=line.email, display_name=line.name, role=Role.HELPER, actor=program,
                request_id=uuid4(), at=self.at,
            )  # fmt: skip
        return self.member(organisation_id, person_id, Role.HELPER)


def said(name: str = "Lou Grand", email: str = "lou@example.org", position: Position = Position.EMPLOYEE) -> HelperSaid:
    """Somebody a lead puts forward."""
    return HelperSaid(name, email, "Conseillère numérique", position)


def structures_lived(programme_id: int, operator_id: int, at: datetime) -> None:
    """A row in every table: a structure admitted whose helper was trained, tested and bound; another refused, which contests."""
    world = Habilitation(programme_id, operator_id, at).publish()
    organisation_id = world.admitted()
    (line,) = world.helpers(organisation_id)
    after = world.trained(organisation_id, line.id)
    helper = after.enrolled(organisation_id, line.id)
    with acting_as(helper):
        operations.accept_terms(version=1, **after.facts(helper))
    key = world.draft(who=WHO | {"number": "21440109300015", "name": "Mairie"}, email="bo@example.org")
    operations.add_structure_paper(key=key, kind="OTHER", content=paper(), request_id=uuid4(), at=at)
    operations.send_structure_file(key=key, request_id=uuid4(), at=at)
    operations.write_to_programme(key=key, text="Bonjour.", request_id=uuid4(), at=at)
    world.decide(queries.structure_file_of_key(key, at=at).file_id, DecisionKind.REFUSE)
    operations.contest_by_key(key=key, text="Pourquoi ?", request_id=uuid4(), at=at)
