"""A structure of helpers, with cards of one-time codes; and what a card shows, written apart from the code it tests."""

import hashlib
import hmac
import struct
from datetime import datetime
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries

SEED = bytes(range(20))
PROGRAM = Actor.system("cards of the tests")


def shown(at: datetime, seed: bytes = SEED, step_seconds: int = 60, late: int = 0) -> str:
    """RFC 6238: the six digits that a card whose clock is `late` steps behind shows."""
    counter = struct.pack(">Q", int(at.timestamp()) // step_seconds - late)
    digest = hmac.new(seed, counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def seed_of(number: int) -> bytes:
    """Another seed for each card."""
    return SEED[:-1] + bytes([number])


def file_of(count: int, prefix: str = "GADT") -> bytes:
    """A maker's file: cards GADT0001 and on."""
    lines = "".join(f"{prefix}{number:04d};{seed_of(number).hex()}\n" for number in range(1, count + 1))
    return f"serial;seed\n{lines}".encode()


def structure(operator_id: int, name: str, at: datetime) -> int:
    """A structure that helps, brought in by an operator."""
    return parties.create_organisation(
        name=name, kinds=["HELPER"], is_simulated=True, registered_by=operator_id, actor=PROGRAM, request_id=uuid4(), at=at
    )


def someone(organisation_id: int, name: str, role: str, at: datetime) -> Actor:
    """A member who has just proved a second factor."""
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=f"{name}@example.org", display_name=name.title(), role=role, actor=PROGRAM, request_id=uuid4(),
        at=at,
    )  # fmt: skip
    return queries.actor_for(person_id=person_id, organisation_id=organisation_id, proved_at=at, at=at)


def stocked(admin: Actor, structure_id: int, count: int, at: datetime) -> None:
    """Cards brought in by the operator's administrator and sent to a structure."""
    with acting_as(admin):
        parties.import_cards(content=file_of(count), actor=admin, request_id=uuid4(), at=at)
        parties.send_cards(organisation_id=structure_id, count=count, actor=admin, request_id=uuid4(), at=at)


def given(lead: Actor, person_id: int, at: datetime, number: int = 1) -> int:
    """The card of this number, given by the lead."""
    with acting_as(lead):
        return parties.assign_card(serial=f"GADT{number:04d}", person_id=person_id, actor=lead, request_id=uuid4(), at=at)


def proved(holder: Actor, at: datetime, number: int = 1) -> None:
    """The holder types the code that the card shows."""
    assert parties.validate_card(code=shown(at, seed_of(number)), actor=holder, request_id=uuid4(), at=at) is None
