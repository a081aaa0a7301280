"""Two operators on two installations: each its database, its keys, its campaign, its people. What travels between them is bytes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from carnet.continuity.models import Partner
from carnet.continuity.operations import clearing as operations
from carnet.continuity.queries import clearing as queries
from carnet.continuity.queries import clearing_proofs
from carnet.continuity.rules.clearing.identities import read_identity
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import fingerprint
from carnet.gateways.webhooks import Outcome, Sending
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties.models import Organisation
from carnet.redemption.access import forget_place_keys
from carnet.redemption.queries import forget_series_facts
from tests.continuity.two import Two
from tests.factories.campaign import LATER, NOW, Campaign, campaign, rid
from tests.factories.cards import someone

ROLES = ("OPERATOR_ADMIN", "APPROVER", "TREASURER")
SIRETS = ("21440109300015", "21350238800019")


@dataclass
class Side:
    """One operator and its installation."""

    two: Two
    database: str
    siret: str
    ready: Campaign
    people: dict[str, Actor] = field(default_factory=dict)
    partner_id: int = 0

    @contextmanager
    def here(self) -> Iterator[None]:
        """Inside, Django is this installation."""
        with self.two.at(self.database):
            forget_place_keys()
            forget_series_facts()
            yield

    def person(self, role: str, at: datetime) -> Actor:
        """Somebody of the operator, who has just proved a second factor."""
        return replace(self.people[role], proved_at=at)

    @property
    def mediator(self) -> Actor:
        return self.ready.mediator

    def token(self, rank: int) -> str:
        """The QR code of one of this side's vouchers."""
        with self.here():
            return self.ready.token(rank)

    def claim(self, code: str, *, issuer: str | None = None, at: datetime = LATER, request_id: UUID | None = None) -> UUID:
        """A voucher of the other operator at this side's counter."""
        with self.here(), acting_as(self.mediator):
            return operations.claim_voucher(
                code=code, issuer=issuer, service="mailbox", actor=self.mediator, request_id=request_id or rid(), at=at
            )

    def withdraw(self, claim_id: UUID, *, at: datetime = LATER) -> None:
        with self.here(), acting_as(self.mediator):
            operations.withdraw_claim(claim_id=claim_id, reason="erreur", actor=self.mediator, request_id=rid(), at=at)

    def seen(self, claim_id: UUID) -> queries.ClaimView:
        with self.here(), acting_as(self.mediator):
            return queries.own_claim(actor=self.mediator, claim_id=claim_id)

    def outbox(self, *, to: "Side", at: datetime = LATER) -> bytes:
        with self.here():
            return operations.write_file(siret=to.siret, at=at)[0]

    def inbox(self, content: bytes, *, at: datetime = LATER) -> operations.Received:
        with self.here():
            return operations.read_file(content=content, at=at)

    def told(self) -> dict[str, Any]:
        """What `carnet clearing verify` says here."""
        with self.here():
            return clearing_proofs.as_told(clearing_proofs.verify())

    def proof(self, *, of: "Side") -> bytes:
        with self.here():
            return "\n".join(json.dumps(each) for each in clearing_proofs.proof_lines(siret=of.siret)).encode()


class Wire:
    """Carries a parcel to the other side and its answer back; `lose_question` and `lose_answer` say what the network does."""

    def __init__(self, to: Side, at: datetime) -> None:
        self.to, self.at = to, at
        self.lose_question = self.lose_answer = False
        self.sent: list[bytes] = []

    def send(self, sending: Sending) -> Outcome:
        self.sent.append(sending.body)
        if self.lose_question:
            return Outcome(None, "timeout")
        with self.to.here():
            received = operations.receive(content=sending.body, at=self.at)
            body = operations.as_parcel(received.answers, received, at=self.at)
        return Outcome(None, "timeout") if self.lose_answer else Outcome(200, body=body)


def exchange(sender: Side, to: Side, *, at: datetime = LATER, wire: Wire | None = None) -> operations.Exchanged:
    """One round of what waits at one side."""

    class Carried:
        def send(self, sending: Sending) -> Outcome:
            return (wire or Wire(to, at)).send(sending)

    with sender.here():
        return operations.exchange(
            partner_id=sender.partner_id, operator_id=sender.ready.operator_id, sender=Carried(), at=at, even_early=True, may_hold=True
        )


def a_side(two: Two, database: str, siret: str, at: datetime = LATER) -> Side:
    """A campaign in one installation, its operator numbered, its people."""
    with two.at(database), acting_as_everything(why="prepare an operator"):
        forget_place_keys()
        made = campaign(booklets=12)
        Organisation.objects.filter(id=made.operator_id).update(siret=siret)
        people = {role: someone(made.operator_id, f"{role.lower()}.{siret[:5]}".replace("_", "-"), role, at) for role in ROLES}
        people["SECOND_ADMIN"] = someone(made.operator_id, f"second.{siret[:5]}", "OPERATOR_ADMIN", at)
    return Side(two, database, siret, made, people)


def know(side: Side, other: Side, at: datetime = LATER) -> None:
    """One side proposes the other, hears its fingerprint, agrees."""
    with other.here(), acting_as_everything(why="who we are"):
        document = json.dumps(operations.own_identity(siret=other.siret, at=at)).encode()
        printed = _fingerprint(document)
    with side.here():
        admin, approver = side.person("OPERATOR_ADMIN", at), side.person("APPROVER", at)
        with acting_as(admin):
            side.partner_id = operations.propose_partner(
                document=document, programme_ids=[side.ready.programme_id], actor=admin, request_id=rid(), at=at
            )
        with acting_as(approver):
            operations.agree_partner(partner_id=side.partner_id, heard=printed, actor=approver, request_id=rid(), at=at)
        with acting_as_everything(why="the address of the drill"):
            Partner.objects.filter(id=side.partner_id).update(address="https://elsewhere.example")


def _fingerprint(document: bytes) -> str:
    told = read_identity(json.loads(document)["identity"])
    return fingerprint(told.signing, told.sealing)


def account(organisation_id: int, iban: str, *, at: datetime = NOW, by: int | None = None) -> None:
    """Where an organisation is paid: one person says it, another agrees. `by`: the operator that registered it."""
    named: dict[str, Any] = {
        "kind": "person", "organisation_id": by or organisation_id, "organisation_ids": frozenset({organisation_id, by or organisation_id}),
    }  # fmt: skip
    role = "TREASURER" if by else "PLACE_MANAGER"
    manager = Actor(label="manager", person_id=801, roles=frozenset({role}), proved_at=at, **named)
    approver = Actor(label="approver", person_id=802, roles=frozenset({"APPROVER"}), proved_at=at, **named)
    with acting_as(manager):
        made = parties.propose_bank_account(
            organisation_id=organisation_id, iban=iban, holder_name="Médiathèque", actor=manager, request_id=rid(), at=at
        )
    with acting_as(approver):
        parties.approve_bank_account(organisation_id=organisation_id, account_id=made, actor=approver, request_id=rid(), at=at)


def two_sides(two: Two) -> tuple[Side, Side]:
    """Partners of each other, with a link."""
    one, other = a_side(two, two.first, SIRETS[0]), a_side(two, two.second, SIRETS[1])
    know(one, other)
    know(other, one)
    return one, other


TOMORROW = LATER + timedelta(days=1)
