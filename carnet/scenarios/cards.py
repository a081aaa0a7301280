"""Cards of one-time codes in a play: a box from their maker, a few in each structure, one in the hand of a helper who has no telephone."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries as reads
from carnet.parties.rules import CARD_STEP_SECONDS

SENT, SPARE = 3, 12
_DIGITS = 6


def hand_out_cards(*, operator_id: int, teams: Iterable[tuple[int, int]], at: datetime) -> int:
    """Bring in a box of cards, send three to each structure, give one to its first helper, who types its code; return how many are held.

    `teams`: a structure and one of its helpers, each. An operator that played before has its box already: nothing is sent again.
    """
    pairs = list(teams)
    operator = replace(Actor.system("scenario", organisation_ids={operator_id}), organisation_id=operator_id)
    seeds = {f"SIM{operator_id}-{number:04d}": secrets.token_bytes(20) for number in range(1, SENT * len(pairs) + SPARE + 1)}
    file = "serial;seed\n" + "".join(f"{serial};{seed.hex()}\n" for serial, seed in seeds.items())
    with acting_as(operator):
        known = reads.card_counts(actor=operator)
        if known.in_stock + known.at_structures + known.given + known.ended:
            return 0
        parties.import_cards(content=file.encode(), actor=operator, request_id=uuid4(), at=at)
        for structure_id, _helper in pairs:
            parties.send_cards(organisation_id=structure_id, count=SENT, actor=operator, request_id=uuid4(), at=at)
    for (structure_id, helper_id), serial in zip(pairs, list(seeds)[::SENT], strict=False):
        lead = replace(Actor.system("scenario", organisation_ids={structure_id}), organisation_id=structure_id)
        holder = Actor(kind="person", label="", person_id=helper_id, organisation_id=structure_id)
        code = TOTP(seeds[serial], _DIGITS, SHA1(), CARD_STEP_SECONDS).generate(int(at.timestamp())).decode()  # noqa: S303 - RFC 6238
        with acting_as(lead):
            parties.assign_card(serial=serial, person_id=helper_id, actor=lead, request_id=uuid4(), at=at)
            assert parties.validate_card(code=code, actor=holder, request_id=uuid4(), at=at) is None, "a card shows its code"
    return len(pairs)
