"""Six people close one complaint at the same instant, the place answering meanwhile: one decision stands, one answer is told."""

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline import operations, queries
from carnet.helpline.models import ComplaintLine
from carnet.helpline.rules import ComplaintClosed, ComplaintKind, Decision, Filer
from carnet.kernel.actors import Actor
from tests.factories.campaign import LATER, Campaign, rid
from tests.helpline.conftest import person
from tests.races.conftest import hammer

pytestmark = pytest.mark.slow


def test_one_decision_stands(ready: Campaign) -> None:
    filed = operations.file_complaint(
        kind=ComplaintKind.MONEY, said="Cinq euros.", filed_by=Filer.PERSON, place_id=ready.place_id, contact="moi@example.org",
        actor=Actor.anonymous(), request_id=rid(), at=LATER,
    )  # fmt: skip
    agent = person(ready.operator_id, "OPERATOR_AGENT")

    def attempt(number: int, _rank: int) -> bool:
        decision = list(Decision)[number % len(Decision)]
        with acting_as(agent):
            try:
                operations.close_complaint(
                    complaint_id=filed.id, decision=decision, answer=f"Réponse {number}.", actor=agent, request_id=rid(), at=LATER
                )
            except ComplaintClosed:
                return False
        return True

    blows = hammer(attempt, threads=6, vouchers=1)
    assert blows.errors == []
    (winner,) = blows.winners[0]
    with acting_as_everything(why="look"):
        (told,) = ComplaintLine.objects.filter(complaint_id=filed.id, kind="CLOSED").values_list("said", flat=True)
    assert told == f"Réponse {winner}."
    seen = queries.by_number(filed.number, filed.secret, at=LATER).complaint
    assert seen.decision is list(Decision)[winner % len(Decision)]
