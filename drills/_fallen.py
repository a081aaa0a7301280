"""What the drill of a takeover does inside an installation, each in a process of its own: a device before, an operator after, and the pay."""

import base64
import dataclasses
import json
import os
import sys
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from carnet.cli.running import load_django


def main() -> None:
    load_django()
    what, *words = sys.argv[1:]
    said = {"device": device, "tokens": tokens, "operator": operator, "counted": counted, "pay": pay}[what](*words)
    print(json.dumps(said, default=str))


def device(described: str, first: str, count: str, path: str) -> dict[str, int]:
    """A tablet of the place, and what it accepted without network: its whole request, signed, ready to be sent to whoever runs the programme."""
    from tests.factories.campaign import LATER, Campaign
    from tests.redemption.offline import enrolled, written

    ready = Campaign(**json.loads(described))
    tablet = enrolled(ready)
    items = [
        tablet.accept(ready.token(rank), at=LATER + timedelta(minutes=1), facts_at=LATER)
        for rank in range(int(first), int(first) + int(count))
    ]
    sent = [{"text": each.text, "signature": base64.b64encode(each.signature).decode()} for each in items]
    body = json.dumps({"device_now": written(LATER + timedelta(minutes=2)), "items": sent})
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        json.dump({"device": tablet.id, "body": body, "seal": base64.b64encode(tablet.seal(body.encode())).decode()}, file)
    return {"items": len(items)}


def tokens(described: str, first: str, count: str) -> list[str]:
    """What is read in the QR codes of some vouchers."""
    from tests.factories.campaign import Campaign

    ready = Campaign(**json.loads(described))
    return [ready.token(rank) for rank in range(int(first), int(first) + int(count))]


def operator() -> dict[str, int]:
    """The organisation that will take over."""
    from tests.continuity.two import successor_operator

    return {"operator": successor_operator()}


def counted(described: str) -> dict[str, Any]:
    """The programme's money, its vouchers by state, and each redemption with how many times it is there."""
    from carnet.gateways.database import acting_as_everything
    from carnet.ledger import queries as ledger
    from carnet.redemption.models import Redemption

    ready = json.loads(described)
    with acting_as_everything(why="the drill counts"):
        rows = list(Redemption.objects.filter(series_id=ready["series_id"]).values_list("series_id", "voucher_id", "generation", "channel"))
        return {
            "money": ledger.money(programme_id=ready["programme_id"]).total.as_dict(),
            "vouchers": ledger.counts(programme_id=ready["programme_id"]).as_dict(),
            "numbers": [f"{row[0]}-{row[1]}-{row[2]}" for row in rows],
            "channels": {channel: sum(row[3] == channel for row in rows) for channel in sorted({row[3] for row in rows})},
        }


def _account(payday: Any, iban: str, at: datetime) -> None:
    """Where the place is paid, said again by its manager; whoever took over approves it, as it brought the place in."""
    from carnet.gateways.database import acting_as
    from carnet.kernel.actors import Actor
    from carnet.parties import operations as parties

    place_id = payday.campaign.place_organisation_id
    manager = Actor(
        kind="person", label="manager", person_id=801, organisation_id=place_id, organisation_ids=frozenset({place_id}),
        roles=frozenset({"PLACE_MANAGER"}), proved_at=at,
    )  # fmt: skip
    with acting_as(manager):
        account_id = parties.propose_bank_account(
            organisation_id=place_id, iban=iban, holder_name="Médiathèque", actor=manager, request_id=uuid4(), at=at
        )
    approver = payday.approver(at)
    with acting_as(approver):
        parties.approve_bank_account(organisation_id=place_id, account_id=account_id, actor=approver, request_id=uuid4(), at=at)


def pay(described: str, operator_id: str) -> dict[str, Any]:
    """Accounts entered anew by two people, every place paid, the bank's answers read, the season closed and the rest given back to its funders."""
    from carnet.funding.operations import ring_fence
    from carnet.funding.rules.ring_fence import RingFenceEnded
    from carnet.gateways.bank.fake import FakeBank
    from carnet.gateways.database import acting_as
    from carnet.settlement import operations as settlement
    from carnet.settlement.rules import NothingToPay
    from drills import DrillFailed
    from tests.factories.campaign import Campaign
    from tests.settlement.conftest import APRIL, FIRST_IBAN, LONG_AFTER, MAY, MENDED_IBAN, Payday

    ready = dataclasses.replace(Campaign(**json.loads(described)), operator_id=int(operator_id))
    payday = Payday(ready, 0, 0, bank=FakeBank(opening_cents=10**10))
    _account(payday, FIRST_IBAN, APRIL - timedelta(days=30))
    payday.claim(at=APRIL)
    try:
        payday.prepare(at=APRIL)
    except RingFenceEnded:
        refused = True
    else:
        raise DrillFailed("a payment was prepared from the former operator's account")
    treasurer, approver = payday.treasurer(APRIL), payday.approver(APRIL)
    with acting_as(treasurer):
        change_id = ring_fence.enter_ring_fence(
            agreement_id=ready.agreement_id,
            holder="Compte dédié du successeur",
            iban=MENDED_IBAN,
            actor=treasurer,
            request_id=uuid4(),
            at=APRIL,
        )
    with acting_as(approver):
        ring_fence.decide_ring_fence(change_id=change_id, refused_because=None, actor=approver, request_id=uuid4(), at=APRIL)
    paid = 0
    for at in (APRIL, MAY):
        payday.claim(at=at)
        try:
            run = payday.prepare(at=at)
        except NothingToPay:
            continue
        paid += run.cents
        content = payday.send(run.run_id, at=at)
        payday.read(payday.bank.receive(content, at=at), at=at)
        payday.read(payday.bank.statement(MENDED_IBAN, at=at), at=at)
    with acting_as(payday.treasurer(LONG_AFTER)):
        closing_id = settlement.prepare_closing(
            agreement_id=ready.agreement_id, actor=payday.treasurer(LONG_AFTER), request_id=uuid4(), at=LONG_AFTER
        )
    with acting_as(payday.approver(LONG_AFTER)):
        settlement.approve_closing(closing_id=closing_id, actor=payday.approver(LONG_AFTER), request_id=uuid4(), at=LONG_AFTER)
    with acting_as(payday.treasurer(LONG_AFTER)):
        settlement.record_repayments(
            closing_id=closing_id,
            reference="VIR 1",
            paid_on=LONG_AFTER.date(),
            actor=payday.treasurer(LONG_AFTER),
            request_id=uuid4(),
            at=LONG_AFTER,
        )
    return {"paid_cents": paid, "refused_before_the_new_account": refused}


if __name__ == "__main__":
    main()
