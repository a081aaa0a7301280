"""A structure whose helper holds live authorisations of somebody, and a client that sends helpers here: as a program would, without a library."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.mandates import operations as mandates
from carnet.mandates.operations import Known, Signed
from carnet.mandates.queries.acting import people_to_act_for
from carnet.mandates.rules import Duration, Family, MandateSaid, PivotIdentity, Protection
from carnet.mandates.rules.texts import CURRENT
from carnet.parties import operations as parties
from carnet.web import clock
from carnet.web.openid import clients
from carnet.web.openid.clients import Registered
from tests.factories.campaign import SYSTEM, organisation, programme
from tests.web.conftest import PASSWORD, SECRET, sign_in

# One for all: each new one would look for every static file again.
PROGRAM = Client()
BACK, OUT = "https://fi.example/oidc-callback", "https://fi.example/logout-callback"
AMINA = PivotIdentity("Benali", "Amina Zohra", "1958-04-03", "female", "44109", "99100", "amina@example.org")
LOUIS = PivotIdentity("Martin", "Louis", "1950-01-31", "male", "75056", "99100", "")


@dataclass
class World:
    """Two structures of one programme, a helper in each; the first acts for Amina (work, money) and Louis (papers)."""

    structure_id: int
    other_id: int
    email: str
    other_email: str
    helper: Actor
    client: Registered
    amina: Signed
    louis: Signed
    at: datetime

    def sign_in(self, email: str = "") -> Client:
        return sign_in(Client(), email or self.email)

    def end(self, authorisation_ids: list[int]) -> None:
        """The person takes back what they authorised."""
        with acting_as(self.helper):
            mandates.end_authorisations(authorisation_ids=authorisation_ids, actor=self.helper, request_id=uuid4(), at=clock.now())

    def authorisation(self, signed: Signed, family: Family) -> tuple[int, int]:
        """The person's id and that of the authorisation of this family."""
        with acting_as(self.helper):
            for person in people_to_act_for(self.helper, at=clock.now()).people:
                for live in person.live:
                    if person.person_id == signed.person_id and live.family is family:
                        return person.person_id, live.authorisation_id
        raise LookupError(family)


def a_world() -> World:
    """Call it seeing everything."""
    at = timezone.now()
    operator_id = organisation("Opérateur", "OPERATOR")
    programme_id = programme(operator_id)
    structure_ids = [organisation(name, "HELPER") for name in ("Médiathèque", "Centre social")]
    emails, people = [], []
    for structure_id in structure_ids:
        mandates.admit_structure(organisation_id=structure_id, programme_id=programme_id, actor=SYSTEM, request_id=uuid4(), at=at)
        emails.append(f"aidante-{structure_id}@example.org")
        people.append(
            parties.enrol_member(
                organisation_id=structure_id, email=emails[-1], display_name="Aidante", role="HELPER", password=PASSWORD, actor=SYSTEM,
                request_id=uuid4(), at=at,
            )
        )  # fmt: skip
        parties.set_second_factor(person_id=people[-1], secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=at)
    helper = Actor(
        kind="person", label="HELPER", person_id=people[0], organisation_id=structure_ids[0],
        organisation_ids=frozenset({structure_ids[0]}), roles=frozenset({"HELPER"}), proved_at=at,
    )  # fmt: skip
    signed = [sign(helper, known, families, at) for known, families in (
        (Known(AMINA, "subject-of-amina"), (Family.WORK, Family.MONEY)), (Known(LOUIS, "subject-of-louis"), (Family.PAPERS,)),
    )]  # fmt: skip
    registered = clients.add_client(
        name="FranceConnect", redirect_uris=[BACK], post_logout_redirect_uris=[OUT], actor=SYSTEM, request_id=uuid4(), at=at
    )
    return World(*structure_ids, *emails, helper, registered, *signed, at)


def sign(helper: Actor, known: Known, families: tuple[Family, ...], at: datetime) -> Signed:
    said = MandateSaid(families, Duration.MONTH, Protection.NONE, CURRENT.version, CURRENT.digest)
    with acting_as_everything(why="a test signs"):
        return mandates.sign_mandate(said=said, known=known, actor=helper, request_id=uuid4(), at=at)


@dataclass
class Visit:
    """One authorization request of the client, and what it keeps for it."""

    world: World
    browser: Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def parameters(self, **changes: str | None) -> dict[str, str]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked: dict[str, str | None] = {
            "response_type": "code", "client_id": self.world.client.client_id, "redirect_uri": BACK, "scope": "openid profile birth email",
            "state": self.state, "nonce": self.nonce, "acr_values": "eidas1", "prompt": "login", "code_challenge": challenge,
            "code_challenge_method": "S256",
        }  # fmt: skip
        return {name: value for name, value in (asked | changes).items() if value is not None}

    def ask(self, **changes: str | None) -> Any:
        return self.browser.get(f"/openid/authorize?{urlencode(self.parameters(**changes))}")

    def choose(self, signed: Signed, family: Family, procedure: str, **changes: str | None) -> Any:
        person_id, authorisation_id = self.world.authorisation(signed, family)
        whom = self.ask(**changes)["Location"]
        return self.browser.post(f"{whom}{person_id}/", {"chosen": f"{authorisation_id}:{procedure}"})

    def code(self, **changes: str | None) -> str:
        """Amina, money, taxes: the code that comes back."""
        answer = self.choose(self.world.amina, Family.MONEY, "taxes", **changes)
        assert answer.status_code == 302, answer.content.decode()
        return query_of(answer)["code"]

    def exchange(self, code: str, *, secret: str | None = None, **changes: str | None) -> Any:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": self.verifier,
        }  # fmt: skip
        sent = {name: value for name, value in (form | changes).items() if value is not None}
        return PROGRAM.post("/openid/token", sent, headers={"Authorization": basic(self.world.client, secret)})

    def tokens(self) -> dict[str, Any]:
        answer = self.exchange(self.code())
        assert answer.status_code == 200, answer.content
        return dict(answer.json())


def userinfo(token: str) -> Any:
    return PROGRAM.get("/openid/userinfo", headers={"Authorization": f"Bearer {token}"})


def introspect(world: World, token: str) -> Any:
    return PROGRAM.post("/openid/introspect", {"token": token}, headers={"Authorization": basic(world.client)})


def basic(client: Registered, secret: str | None = None) -> str:
    return "Basic " + base64.b64encode(f"{client.client_id}:{secret or client.secret}".encode()).decode()


def query_of(answer: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def said_in(token: str) -> dict[str, Any]:
    """The claims of a signed token, read without checking them."""
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
