"""A demonstration's shared computer: enrolled at a desk, two volunteers without an e-mail address, each with a PIN."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.parties import operations as parties
from carnet.parties import queries
from carnet.parties.rules import Role

STATION = "Ordinateur de l’accueil"
# Known to whoever runs a demonstration, and shown on its page: they open nothing elsewhere.
VOLUNTEERS = (("Rose Petit", "281946"), ("Jean Roux", "730518"))


def share_a_computer(*, lead_id: int, organisation_id: int, at: datetime) -> dict[str, Any]:
    """Enrol a computer of the desk, let two volunteers choose their PINs; return what a visitor needs to take a turn."""
    lead = queries.actor_for(person_id=lead_id, organisation_id=organisation_id, proved_at=at, at=at)
    with acting_as(lead):
        made = parties.prepare_station(name=STATION, actor=lead, request_id=uuid4(), at=at)
        added = [
            parties.add_volunteer(display_name=name, role=Role.PRESCRIBER, actor=lead, request_id=uuid4(), at=at)
            for name, _pin in VOLUNTEERS
        ]
    assert made.code is not None
    secret = parties.enrol_station(code=made.code, request_id=uuid4(), at=at).secret
    for volunteer, (_name, pin) in zip(added, VOLUNTEERS, strict=True):
        refused = parties.choose_pin_with_code(
            station_secret=secret, person_id=volunteer.person_id, code=volunteer.code or "", pin=pin, request_id=uuid4(), at=at
        )
        assert refused is None, refused
    return {"name": STATION, "secret": secret, "people": [{"name": name, "pin": pin} for name, pin in VOLUNTEERS]}
