"""A process of its own for the drill of attacks: people, complaints and redemptions whose existence somebody tries to learn, and a stranger's token."""

import json
import secrets
import sys
from uuid import uuid4

from carnet.cli.running import load_django


def main() -> None:
    load_django()
    print(json.dumps(known(json.loads(sys.argv[1]), int(sys.argv[2]))))


def known(described: dict[str, object], count: int) -> dict[str, object]:
    """What exists, and beside it as many of the same shape that do not."""
    from carnet.gateways.database import acting_as_everything
    from carnet.helpline import operations as helpline
    from carnet.helpline.rules import ComplaintKind, ComplaintNumber, Filer
    from carnet.kernel.actors import Actor
    from carnet.parties import operations as parties
    from carnet.parties.rules import Scope
    from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, campaign, rid

    ready = Campaign(**described)  # type: ignore[arg-type]
    emails = [f"known-{rank}@drill.example" for rank in range(count)]
    with acting_as_everything(why="the drill makes people"):
        for email in emails:
            parties.enrol_member(
                organisation_id=ready.prescriber_id, email=email, display_name="Known", role="PRESCRIBER", password=uuid4().hex, actor=SYSTEM,
                request_id=rid(), at=NOW,
            )  # fmt: skip
        filed = [
            helpline.file_complaint(
                kind=ComplaintKind.OTHER, said="Une page ne s’ouvre pas.", filed_by=Filer.PERSON, programme_id=ready.programme_id,
                actor=Actor.anonymous(), request_id=rid(), at=LATER,
            ).number
            for _rank in range(count)
        ]  # fmt: skip
        other = campaign(booklets=1)
        token = parties.create_token(
            organisation_id=other.place_organisation_id, scopes=list(Scope), days=730, actor=SYSTEM, request_id=rid(), at=NOW
        )
    unknown = [ComplaintNumber.from_drawn(secrets.randbelow(ComplaintNumber.DRAWN_MAX)).printed() for _rank in range(2 * count)]
    return {"people": emails, "complaints": filed, "unknown": unknown, "stranger": token.raw}


if __name__ == "__main__":
    main()
