"""Two tenants' people at their browsers: whoever owns the rows, and the same roles somewhere else."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM, Campaign, campaign, organisation
from tests.web.conftest import KIND_OF_ROLE, PASSWORD, SECRET, sign_in, six_digits


@dataclass
class Tenant:
    """A whole tenant of its own: an operator with its programme, funders, a desk, a place; and one organisation for every other role."""

    campaign: Campaign
    organisations: dict[str, int] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def organisation(self, role: str) -> int:
        kind = KIND_OF_ROLE[role]
        known = {
            "OPERATOR": self.campaign.operator_id,
            "FUNDER": self.campaign.funder_ids[0],
            "PRESCRIBER": self.campaign.prescriber_id,
            "PLACE_OPERATOR": self.campaign.place_organisation_id,
        }
        if kind not in known | self.organisations:
            self.organisations[kind] = organisation(f"{kind} {uuid4().hex[:6]}", kind)
        return known.get(kind) or self.organisations[kind]

    def enter(self, role: str) -> Client:
        """Somebody of that role, signed in with their second factor just proved."""
        if role not in self.clients:
            self.clients[role] = sign_in(Client(), self.enrol(role))
        return self.clients[role]

    def enrol(self, role: str, *, has_second_factor: bool = True) -> str:
        """A new member; their e-mail."""
        email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@attacks.example"
        with acting_as_everything(why="people of the attacks"):
            person_id = parties.enrol_member(
                organisation_id=self.organisation(role), email=email, display_name=role.title(), role=role, password=PASSWORD,
                actor=SYSTEM, request_id=uuid4(), at=NOW,
            )  # fmt: skip
            if has_second_factor:
                parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
        return email


def a_tenant() -> Tenant:
    with acting_as_everything(why="another tenant"):
        return Tenant(campaign(booklets=1))


@dataclass
class Town:
    """The people of the demonstration, whose rows are real."""

    tried: dict[str, Any]
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def roles(self) -> list[str]:
        return list(dict.fromkeys(each["role"] for each in self.tried["sign_in"]))

    def enter(self, role: str) -> Client:
        if role not in self.clients:
            person = next(each for each in self.tried["sign_in"] if each["role"] == role)
            code = six_digits(person["totp_secret"])
            self.clients[role] = sign_in(Client(), person["email"], password=person["password"], code=code)
        return self.clients[role]
