"""What does not exist costs as much as what does: as many statements, written by the same rows, so that no clock tells them apart.

The drill measures the times themselves; here is the mechanism, which no busy machine changes.
"""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carnet.gateways.database import acting_as_everything
from carnet.notices.models import Notice
from tests.attacks.tallies import tally

pytestmark = pytest.mark.django_db
# The name of a savepoint, another each time.
POINT = re.compile(r'"s\d+_x\d+"')
Make = Callable[..., tuple[int, int, str]]


def shapes(ask: Callable[[], Any]) -> tuple[int, list[str]]:
    """The status of an answer, and the beginning of each statement it took."""
    with CaptureQueriesContext(
        connection,
    ) as taken:
        answer = ask()
    return answer.status_code, [each["sql"].split(" FROM ")[0].split(" VALUES ")[0][:60] for each in taken.captured_queries]


def test_a_letter_asked_for_an_unknown_address_is_written_and_taken_back(person_with: Make) -> None:
    _person, _organisation, known = person_with("PRESCRIBER")

    def ask(email: str) -> Any:
        return Client().post("/password/forgotten/", {"email": email, "request_id": str(uuid4())})

    ask("warm@example.org")
    (status, there), (other_status, nowhere) = shapes(lambda: ask(known)), shapes(lambda: ask("nobody@example.org"))
    assert status == other_status == 200
    inserted = [[each for each in taken if each.startswith("INSERT")] for taken in (there, nowhere)]
    assert inserted[0] == inserted[1]
    assert len(inserted[0]) >= 2
    assert abs(len(there) - len(nowhere)) <= 1  # RELEASE of what is kept, ROLLBACK of what is not
    with acting_as_everything(why="look"):
        assert Notice.objects.filter(kind="parties.password-reset").count() == 1
    tally("enumeration", "statements of a letter for a new password", tried=2)


def test_a_wrong_password_costs_the_same_statements(person_with: Make) -> None:
    _person, _organisation, known = person_with("PRESCRIBER")

    def ask(email: str) -> Any:
        return Client().post("/sign-in/", {"login": email, "password": "wrong"})

    ask("warm@example.org")
    (status, there), (other_status, nowhere) = shapes(lambda: ask(known)), shapes(lambda: ask("nobody@example.org"))
    assert status == other_status
    assert [POINT.sub("·", each) for each in there] == [POINT.sub("·", each) for each in nowhere]
    tally("enumeration", "statements of a wrong password", tried=2)
