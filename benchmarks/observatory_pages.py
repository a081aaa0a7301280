"""The slowest of the pages of figures at three million used vouchers: the nation's, a département's, an operator's, a place's.

From the request to the last byte, by Django's own client; processor time of Python and PostgreSQL together. Each page is opened once before, as the
first visitor of the day does.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from benchmarks import _millions, _places

NAME = "observatory-pages"
UNIT = "ms"
REFERENCE = "the promise: 50 ms of server time a page at three million"
GOAL = 1.0
LESS_IS_BETTER = True
PROMISE_MS = 50.0
TIMES = 5
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_told: dict[str, float] = {}


def described() -> str:
    """The promise, and what each page took."""
    each = ", ".join(f"{page} {took:.0f} ms" for page, took in sorted(_told.items()))
    return f"{REFERENCE}; {each}"


@contextmanager
def rounds() -> Iterator[tuple[Callable[[], float], Callable[[], float]]]:
    with _millions.loaded("observatory-pages") as found:
        from carnet.gateways.database import acting_as_everything
        from carnet.observatory.operations import figures, releases

        figures.rebuild(at=AT)
        with acting_as_everything(why="a release is of every programme"):
            made = releases.release(at=AT)
        assert made is not None, "public pages read a release"
        pages = opened(found)

        def ours() -> float:
            for name, page in pages.items():
                _told[name] = page()
            return max(_told.values())

        yield ours, lambda: PROMISE_MS


def opened(found: _millions.Loaded) -> dict[str, Callable[[], float]]:
    """By name, what opens a page some times and gives the middle of what it took."""
    from django.test import Client

    operator, place = _entered("OPERATOR_ADMIN", found.operator_ids[0]), _entered("PLACE_MANAGER", _owner_of(found.place_id))
    everywhere = {
        "nation": (Client(), "/chiffres/pays/FR/"),
        "departement": (Client(), "/chiffres/departement/59/"),
        "operator": (operator, "/boards/programmes/"),
        "place": (place, "/boards/places/"),
    }

    def timed(client: Client, url: str) -> Callable[[], float]:
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)

        def page() -> float:
            taken = []
            for _ in range(TIMES):
                started = _places.processor_ms()
                client.get(url)
                taken.append(_places.processor_ms() - started)
            return statistics.median(taken)

        return page

    return {name: timed(client, url) for name, (client, url) in everywhere.items()}


def _owner_of(place_id: int) -> int:
    from carnet.places.models import Place

    owner_id = Place.objects.values_list("operator_id", flat=True).get(id=place_id)
    assert owner_id is not None
    return owner_id


def _entered(role: str, organisation_id: int) -> Any:
    """Somebody of an organisation, signed in through the pages with a second factor."""
    from django.test import Client
    from django.utils import timezone

    from carnet.parties import operations as parties
    from tests.factories.campaign import SYSTEM
    from tests.web.conftest import PASSWORD, SECRET, sign_in

    email = f"{role.lower()}-{uuid4().hex[:6]}@example.org"
    facts = {"actor": SYSTEM, "request_id": uuid4(), "at": timezone.now()}
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=role.title(), role=role,
        password=PASSWORD, **facts,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=timezone.now())
    return sign_in(Client(), email)
