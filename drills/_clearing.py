"""One installation of the clearing drill, in a process of its own: it does what it is told, a line of JSON at a time."""

import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks._settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from carnet.cli.verification import ledger_faults  # noqa: E402
from carnet.continuity.access import clearing as access  # noqa: E402
from carnet.continuity.models import ClearingClaim, ClearingDecision, ClearingMessage, Partner  # noqa: E402
from carnet.continuity.operations import clearing as operations  # noqa: E402
from carnet.continuity.operations.clearing import _deciding, _writing  # noqa: E402
from carnet.continuity.queries import clearing as queries  # noqa: E402
from carnet.continuity.queries import clearing_proofs  # noqa: E402
from carnet.continuity.rules.clearing.identities import read_identity  # noqa: E402
from carnet.continuity.rules.clearing.messages import Envelope, MessageKind, Signed, moment, read_envelope  # noqa: E402
from carnet.gateways.database import acting_as, acting_as_everything  # noqa: E402
from carnet.gateways.keys import fingerprint  # noqa: E402
from carnet.kernel.actors import Actor  # noqa: E402
from carnet.parties import operations as parties  # noqa: E402
from carnet.parties.models import Organisation, Person  # noqa: E402
from carnet.redemption import operations as redemption  # noqa: E402
from carnet.redemption.operations import Asked, Item  # noqa: E402
from tests.factories.campaign import SYSTEM, Campaign, campaign  # noqa: E402
from tests.factories.cards import someone  # noqa: E402

Said = dict[str, Any]


class Installation:
    """What the drill asks of one side."""

    def __init__(self) -> None:
        self.ready: Campaign | None = None
        self.people: dict[str, Actor] = {}
        self.siret = ""
        self.partner_id = 0
        self.at = datetime.fromisoformat("2026-03-03T10:00:00+00:00")

    def begin(self, said: Said) -> Said:
        self.siret = said["siret"]
        with acting_as_everything(why="prepare an operator of the drill"):
            self.ready = campaign(booklets=said["booklets"])
            Organisation.objects.filter(id=self.ready.operator_id).update(siret=self.siret)
            for role in ("OPERATOR_ADMIN", "APPROVER", "TREASURER"):
                self.people[role] = someone(self.ready.operator_id, f"{role.lower().replace('_', '-')}.{self.siret[:4]}", role, self.at)
            document = operations.own_identity(siret=self.siret, at=self.at)
        return {"document": document}

    def know(self, said: Said) -> Said:
        told = read_identity(said["document"]["identity"])
        admin, approver = self.people["OPERATOR_ADMIN"], self.people["APPROVER"]
        with acting_as(admin):
            self.partner_id = operations.propose_partner(
                document=json.dumps(said["document"]).encode(),
                programme_ids=[self._ready.programme_id],
                actor=admin,
                request_id=uuid4(),
                at=self.at,
            )
        with acting_as(approver):
            operations.agree_partner(
                partner_id=self.partner_id, heard=fingerprint(told.signing, told.sealing), actor=approver, request_id=uuid4(), at=self.at
            )
        return {}

    @property
    def _ready(self) -> Campaign:
        assert self.ready is not None
        return self.ready

    def codes(self, said: Said) -> Said:
        """The papers that people carry to the other operator's places."""
        return {"codes": [self._ready.token(rank) if rank % 2 else self._ready.code(rank) for rank in range(said["count"])]}

    def enter(self, said: Said) -> Said:
        """A mediator of the place, already signed in: the cookie of the browser."""
        with acting_as_everything(why="the drill signs its people in"):
            person_id = parties.enrol_member(
                organisation_id=self._ready.place_organisation_id, email="mediator@drill.example.org", display_name="Médiatrice",
                role="MEDIATOR", password=secrets.token_urlsafe(20), actor=SYSTEM, request_id=uuid4(), at=self.at,
            )  # fmt: skip
            browser = Client()
            browser.force_login(Person.objects.get(id=person_id))
        return {"cookie": browser.cookies["sessionid"].value, "place_id": self._ready.place_id}

    def hear_again(self, said: Said) -> Said:
        """Forget that the partner was silent, so that the next counter asks it at once."""
        with acting_as_everything(why="the drill's network"):
            Partner.objects.filter(id=self.partner_id).update(failure="")
        return {}

    def failure(self, said: Said) -> Said:
        """What was noted of the last try."""
        with acting_as_everything(why="the drill's network"):
            return {"failure": Partner.objects.values_list("failure", flat=True).get(id=self.partner_id)}

    def claim(self, said: Said) -> Said:
        mediator = self._ready.mediator
        with acting_as(mediator):
            made = operations.claim_voucher(
                code=said["code"], issuer=said["issuer"], service="mailbox", actor=mediator, request_id=uuid4(), at=self.at
            )
        return {"claim": str(made)}

    def withdraw(self, said: Said) -> Said:
        mediator = self._ready.mediator
        with acting_as(mediator):
            operations.withdraw_claim(claim_id=UUID(said["claim"]), reason="erreur", actor=mediator, request_id=uuid4(), at=self.at)
        return {}

    def spend(self, said: Said) -> Said:
        """At a place of one's own: the same paper, presented twice."""
        mediator = self._ready.mediator
        with acting_as(mediator):
            (answer,) = redemption.redeem_many(asked=[Asked(Item(code=said["code"], service="mailbox"), mediator, "SCREEN")], at=self.at)
        return {"taken": getattr(answer, "value_cents", 0), "code": getattr(answer, "code", "")}

    def waiting(self, said: Said) -> Said:
        """Every question without an answer, one parcel each: the network deals with them one by one."""
        with acting_as_everything(why="the drill's network"):
            rows = ClearingMessage.objects.filter(is_ours=True, sending__is_question=True, sending__done_at__isnull=True).order_by("id")
            return {"messages": [_writing.sent_again(each).as_json() for each in rows]}

    def take(self, said: Said) -> Said:
        content = json.dumps({"format": "carnet-clearing-parcel/1", "messages": said["messages"]}).encode()
        received = operations.receive(content=content, at=self.at)
        return {"answers": [each.as_json() for each in received.answers], "refused": [each.code for _id, each in received.refused]}

    def state(self, said: Said) -> Said:
        """The statement of everything, left to be sent."""
        treasurer = self.people["TREASURER"]
        with acting_as(treasurer):
            made = operations.send_statement(
                partner_id=self.partner_id, is_issuer=said["is_issuer"], since=self.at - timedelta(days=1), until=self.at, actor=treasurer,
                request_id=uuid4(), at=self.at,
            )  # fmt: skip
        return {"statement": str(made)}

    def advance_clock(self, said: Said) -> Said:
        self.at += timedelta(minutes=said["minutes"])
        self.people = {role: _proved(actor, self.at) for role, actor in self.people.items()}
        return {}

    def lie(self, said: Said) -> Said:
        """A dishonest operator: its own key signs what its own ledger never said."""
        with acting_as_everything(why="a dishonest operator"), transaction.atomic():
            partner = access.locked_partner(self.partner_id)
            kind, body = self._lie(partner, said)
            partner.sent_count += 1
            partner.save(update_fields=["sent_count"])
            key = _writing.signing_key(self.at)
            number = said.get("number") or partner.sent_count
            lie = Envelope(uuid4(), self.siret, partner.siret, number, kind, body, moment(self.at))
            signed = Signed(lie.text, key.name, key.sign(lie.text.encode()))
        return {"message": signed.as_json(), "id": str(lie.id)}

    def _lie(self, partner: Partner, said: Said) -> tuple[MessageKind, Said]:
        if said["what"] in ("second-answer", "amount"):
            asked = read_envelope(ClearingMessage.objects.get(partner=partner, is_ours=False, claim=said["claim"], kind="CLAIM").text)
            if said["what"] == "second-answer":
                return MessageKind.ANSWER, _deciding.blank_answer(asked, "refused", reason="voucher-lapsed")
            body = _deciding.blank_answer(asked, "accepted")
            return MessageKind.ANSWER, body | {
                "cents": said["cents"], "programme": said["programme"], "serial": "TS-0", "redeemed_at": moment(self.at),
            }  # fmt: skip
        since, until = moment(self.at - timedelta(days=1)), moment(self.at)
        lines = [[str(each.claim), each.cents, moment(each.redeemed_at)] for each in self._owed(said)]
        if said["what"] == "omits":
            lines = [each for each in lines if each[0] != said["claim"]]
        elif said["what"] == "never-scanned":
            lines = sorted([*lines, [str(UUID(int=7)), 1000, moment(self.at - timedelta(minutes=5))]])
        elif said["what"] == "other-amount":
            lines = [[each[0], 5000 if each[0] == said["claim"] else each[1], each[2]] for each in lines]
        issuer = self.siret if said["is_issuer"] else partner.siret
        cents = sum(each[1] for each in lines)
        return MessageKind.STATEMENT, {
            "issuer": issuer, "since": since, "until": until, "claims": lines, "count": len(lines), "cents": cents,
        }  # fmt: skip

    def _owed(self, said: Said) -> list[queries.Owed]:
        return queries.claims_owed(
            partner_id=self.partner_id, is_issuer=said["is_issuer"], since=self.at - timedelta(days=1), until=self.at
        )

    def counted(self, said: Said) -> Said:
        with acting_as_everything(why="count"):
            claims = {str(key): state for key, state in ClearingClaim.objects.order_by("id").values_list("id", "state")}
            decided = {str(key): state for key, state in ClearingDecision.objects.order_by("id").values_list("claim", "state")}
            programmes = [each.slug for each in queries.issued_of(self.partner_id)]
        return {"claims": claims, "decided": decided, "programmes": programmes}

    def verified(self, said: Said) -> Said:
        with acting_as_everything(why="verify"):
            faults = [f"{each.where}: {each.what}" for each in ledger_faults()]
        return {"ledger": faults, "told": clearing_proofs.as_told(clearing_proofs.verify())}

    def compared(self, said: Said) -> Said:
        return clearing_proofs.verify_files([content.encode() for content in said["proofs"]])

    def proof(self, said: Said) -> Said:
        return {"lines": [json.dumps(each) for each in clearing_proofs.proof_lines(siret=said["siret"])]}


def _proved(actor: Actor, at: datetime) -> Actor:
    return replace(actor, proved_at=at)


def main() -> None:
    """Read a line, do it, write a line."""
    side = Installation()
    for line in sys.stdin:
        said = json.loads(line)
        act: Callable[[Said], Said] = getattr(side, said.pop("do"))
        print(json.dumps(act(said)), flush=True)


if __name__ == "__main__":
    timezone.activate("UTC")
    main()
