"""Two people known everywhere they can be: an account, a mandate, a household, a booklet by post, a complaint, a reminder. Run inside an installation."""

import json
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from carnet.cli.running import load_django

# Names that nothing else of the drill has.
PEOPLE = {
    "erased": {"family": "Quatrefages", "given": "Delphine Ondine", "email": "delphine.quatrefages@example.org", "phone": "+33639981201"},
    "kept": {"family": "Montferrand", "given": "Achille", "email": "achille.montferrand@example.org", "phone": "+33639981302"},
}


def main() -> None:
    load_django()
    print(json.dumps(everywhere()))


def everywhere() -> dict[str, Any]:
    from carnet.gateways.database import acting_as_everything
    from tests.factories.campaign import campaign
    from tests.factories.homes import estate
    from tests.factories.houses import house

    with acting_as_everything(why="the drill makes its own campaign"):
        made = campaign(booklets=4)
        ours = house()
    homes = estate(made)
    told: dict[str, Any] = {"programme": made.programme_id}
    for rank, (which, who) in enumerate(PEOPLE.items()):
        told[which] = known_as(who, rank, made=made, ours=ours, homes=homes)
    return told


def known_as(who: dict[str, str], rank: int, *, made: Any, ours: Any, homes: Any) -> dict[str, Any]:
    """One person, in each table; gives the numbers they hold."""
    from carnet.connectivity.operations import Asked
    from carnet.connectivity.rules import Ground
    from carnet.distribution.operations._postal import _created
    from carnet.distribution.rules import Ticks
    from carnet.distribution.rules.postal import PostalAddress, PostalBy
    from carnet.gateways.database import acting_as_everything
    from carnet.helpline import operations as helpline
    from carnet.helpline.rules import ComplaintKind, Filer
    from carnet.kernel.actors import Actor
    from carnet.mandates.rules import PivotIdentity
    from carnet.notices import operations as notices
    from carnet.parties import operations as parties

    program, at = Actor.system("drill"), datetime.now(UTC)
    parties.enrol_member(
        organisation_id=ours.organisation_id, email=who["email"], display_name=f"{who['given'].split()[0]} {who['family']}", role="HELPER",
        actor=program, request_id=uuid4(), at=at,
    )  # fmt: skip
    identity = PivotIdentity(who["family"], who["given"], "1948-02-29", "female", "44109", "99100", who["email"])
    signed = ours.sign(identity, subject=f"subject of {who['email']}", contact=who["phone"])
    applied = homes.apply(rank, asked=Asked(grounds=(Ground.NO_CONNECTION, Ground.TOO_DEAR), phone=who["phone"]))
    with acting_as_everything(why="the drill asks for somebody"):
        address = PostalAddress(f"{who['given'].split()[0]} {who['family']}", "4 rue des Lilas", "44000", "Nantes")
        asked = _created(made.programme_id, made.prescriber_id, address, Ticks(), PostalBy.PAGE, program, uuid4(), at)
        filed = helpline.file_complaint(
            kind=ComplaintKind.NO_LESSON, said=f"{who['given'].split()[0]} {who['family']} n’a pas eu son atelier.", filed_by=Filer.PERSON,
            actor=Actor.anonymous(), request_id=uuid4(), at=at, place_id=made.place_id, contact=who["email"],
        )  # fmt: skip
        notices.post(
            kind="parties.helper-unused", to_email=who["email"], language="fr", at=at,
            context={"organisation": "Structure", "closes_on": at.date().isoformat()},
        )  # fmt: skip
    return {"mandate": signed.number, "connection": str(applied.number), "postal": asked.number, "complaint": str(filed.number)}


if __name__ == "__main__":
    sys.exit(main())
