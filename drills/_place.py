"""A place of its own process: prepares a campaign, spends its vouchers in order, counts what the database kept."""

import dataclasses
import json
import os
import secrets
import sys
import time
from collections import Counter
from uuid import NAMESPACE_URL, uuid5

from carnet.cli.running import load_django


def main() -> None:
    load_django()
    what, *words = sys.argv[1:]
    {"prepare": prepare, "equip": equip, "enter": enter, "outbox": outbox, "spend": spend, "count": count}[what](*words)


def prepare(booklets: str) -> None:
    from carnet.gateways.database import acting_as_everything
    from tests.factories.campaign import campaign

    with acting_as_everything(why="the drill makes its own campaign"):
        ready = campaign(booklets=int(booklets))
    print(json.dumps(dataclasses.asdict(ready)))


def equip(described: str, vouchers: str, path: str) -> None:
    """A token of the place and the codes of its vouchers, written to a file only its owner reads."""
    from carnet.gateways.database import acting_as_everything
    from carnet.parties import operations as parties
    from carnet.parties.rules import Scope
    from tests.factories.campaign import NOW, SYSTEM, Campaign, rid

    ready = Campaign(**json.loads(described))
    with acting_as_everything(why="the drill gives its place a token"):
        token = parties.create_token(
            organisation_id=ready.place_organisation_id, scopes=[Scope.REDEMPTIONS_WRITE], days=730, place_id=ready.place_id,
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        json.dump({"token": token.raw, "codes": [ready.code(rank) for rank in range(int(vouchers))]}, file)


def enter(described: str, path: str) -> None:
    """A mediator and a desk already signed in: the cookies of their browsers, written to a file only its owner reads."""
    from django.test import Client

    from carnet.gateways.database import acting_as_everything
    from carnet.parties import operations as parties
    from carnet.parties.models import Person
    from tests.factories.campaign import NOW, SYSTEM, Campaign, rid

    ready = Campaign(**json.loads(described))
    cookies = {}
    for role, organisation_id in {"MEDIATOR": ready.place_organisation_id, "PRESCRIBER": ready.prescriber_id}.items():
        with acting_as_everything(why="the drill signs its people in"):
            person_id = parties.enrol_member(
                organisation_id=organisation_id, email=f"{role.lower()}@drill.example.org", display_name=role.title(), role=role,
                password=secrets.token_urlsafe(20), actor=SYSTEM, request_id=rid(), at=NOW,
            )  # fmt: skip
            browser = Client()
            browser.force_login(Person.objects.get(id=person_id))
        cookies[role] = browser.cookies["sessionid"].value
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        json.dump(cookies, file)


def outbox(what: str, posted: str) -> None:
    """Put that many letters or text messages in the outbox, and send what is due; how many left, how many failed, how long it took."""
    from carnet.gateways.database import acting_as_everything
    from carnet.jobs.letters import send_letters
    from carnet.jobs.texts import send_texts
    from carnet.notices import operations as notices
    from carnet.notices.models import Notice, TextNotice
    from carnet.web import clock

    at = clock.now()
    for number in range(int(posted)):
        with acting_as_everything(why="the drill posts messages"):
            if what == "letters":
                facts = {"programme": "Essai", "last_on": "2026-03-31"}
                notices.post(kind="distribution.agreement-ends", to_email=f"desk{number}@example.org", context=facts, at=at)
            else:
                notices.post_text(
                    kind="connectivity.accepted", to="+33639980001", language="fr", context={"number": "1", "provider": "x"}, at=at
                )
    began = time.monotonic()
    sent, failed = (send_letters if what == "letters" else send_texts)(at=at)
    with acting_as_everything(why="the drill counts what waits"):
        waiting = (
            Notice.objects.filter(kind="distribution.agreement-ends", sent_at__isnull=True).count()
            if what == "letters"
            else TextNotice.objects.count()
        )
    print(json.dumps({"sent": sent, "failed": failed, "waiting": waiting, "seconds": round(time.monotonic() - began, 1)}))


def spend(described: str, first: str) -> None:
    """Until there is no voucher left, or until something is killed."""
    from carnet.gateways.database import acting_as
    from carnet.redemption import operations
    from carnet.redemption.operations import Item
    from tests.factories.campaign import NOW, Campaign

    ready = Campaign(**json.loads(described))
    rank = int(first)
    while True:
        item = Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id, key=f"drill-{rank}")
        with acting_as(ready.mediator):
            redeemed = operations.redeem(
                item=item, actor=ready.mediator, channel="API", request_id=uuid5(NAMESPACE_URL, f"drill-{rank}"), at=NOW
            )
        print(rank, redeemed.number, flush=True)
        rank += 1


def count(described: str) -> None:
    from carnet.gateways.database import acting_as_everything
    from carnet.redemption.models import Redemption
    from carnet.redemption.rules import redemption_number

    ready = json.loads(described)
    with acting_as_everything(why="the drill counts what was kept"):
        rows = Redemption.objects.filter(series_id=ready["series_id"]).values_list("series_id", "voucher_id", "generation")
        print(json.dumps(Counter(redemption_number(series_id=row[0], voucher_id=row[1], generation=row[2]) for row in rows)))


if __name__ == "__main__":
    main()
