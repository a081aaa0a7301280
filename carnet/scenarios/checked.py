"""People of the open season make the point before their lessons and after: some with a mediator, some on paper. Invented answers, of nobody."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory.operations import selfchecks
from carnet.observatory.operations.selfchecks import PrintedSlip
from carnet.observatory.rules import Edition, Said, items_of
from carnet.observatory.rules.selfchecks import AgeOfTables, Mode
from carnet.parties.rules import Role
from carnet.scenarios.play import Played

PEOPLE_OF_A_HOUSE = 30
# Of those who answered before: how many come back, in percent. Those who stay differ, and the pages say so.
COME_BACK = 75
_AGES = (AgeOfTables.FROM_55_TO_74, AgeOfTables.FROM_55_TO_74, AgeOfTables.FROM_25_TO_54, AgeOfTables.OLDER, AgeOfTables.NOT_SAID)
# In percent, what is done before; a lesson adds to it.
_OFTEN = {"mail": 45, "calls": 45, "messages": 55, "networks": 40, "goods": 40, "health": 40, "news": 35, "copying": 25, "banking": 25}
_SELDOM, _LEARNT, _OFFLINE = 8, 6, 15
# Some are at ease already: what they do, times this.
_EASE = (1, 1, 1, 4)


def make_the_point(current: Played, *, at: datetime) -> None:
    """The programme asks; a desk and a place give slips, and type what people answered."""
    programme_id, cast = current.programme_id, current.cast
    start = funding.programme(programme_id).windows.hand_over_from
    first = max(at - timedelta(days=45), start + timedelta(days=2))
    system = Actor.system("demonstration", programme_ids={programme_id})
    with acting_as(system):
        selfchecks.decide_self_checks(
            programme_id=programme_id, is_on=True, edition=Edition.FIVE_DOMAINS, actor=system, request_id=uuid4(), at=first
        )
    dice = random.Random("make the point")  # noqa: S311
    for organisation_id, role in (
        (cast.desk_ids[0], Role.PRESCRIBER_LEAD), (cast.place_organisations[cast.place_ids[0]], Role.PLACE_MANAGER),
    ):  # fmt: skip
        house = Actor(
            "person", "somebody of the house", organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
            roles=frozenset({role.value}),
        )  # fmt: skip
        with acting_as(house):
            slips = selfchecks.print_slips(programme_id=programme_id, count=PEOPLE_OF_A_HOUSE, actor=house, request_id=uuid4(), at=first)
            for slip in slips:
                _answer(slip, house, dice, first, at)


def _answer(slip: PrintedSlip, house: Actor, dice: random.Random, first: datetime, at: datetime) -> None:
    """Before; and after, for those who come back, what was done before and a little more."""
    done: dict[str, str] = {}
    ease = dice.choice(_EASE)
    used = Said.NO if dice.randrange(100) < _OFFLINE else Said.YES
    age = dice.choice(_AGES)
    for moment, learnt in ((first + timedelta(days=dice.randrange(8)), 0), (at - timedelta(days=dice.randrange(3, 12)), _LEARNT)):
        if learnt:
            if dice.randrange(100) >= COME_BACK or legal_day(moment) <= legal_day(first) + timedelta(days=8):
                return
            used = Said.YES
        if used is Said.YES:
            done = _said(slip.edition, done, dice, learnt, ease)
        selfchecks.type_answers(
            number=str(slip.number), answered_on=legal_day(moment), used_internet=used, answers=done, age=age,
            mode=dice.choice([Mode.TOGETHER, Mode.PAPER]), actor=house, request_id=uuid4(), at=moment,
        )  # fmt: skip


def _said(edition: Edition, before: Mapping[str, str], dice: random.Random, learnt: int, ease: int) -> dict[str, str]:
    """What is done: as before, and as much more as a lesson brings."""
    told = {}
    for item in items_of(edition):
        percent = learnt or _OFTEN.get(item.key, _SELDOM) * ease
        told[item.key] = "YES" if before.get(item.key) == "YES" or dice.randrange(100) < percent else "NO"
    return told
