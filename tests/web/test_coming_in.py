"""The short way in that other tests take leaves what the pages of sign-in leave, and opens what they open."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from carnet.gateways.database import acting_as_everything
from tests.web.conftest import come_in, sign_in

# What differs from one moment, or one person, to the next.
OF_THE_MOMENT = {"at", "id", "email"}
# Sessions are compared by what they hold; tries are counted by the pages alone, which the short way does not open.
APART = {"django_session", "django_migrations", "parties_throttle"}


def rows() -> Counter[str]:
    """How many rows each table has."""
    tables = [name for name in connection.introspection.table_names() if name not in APART]
    with acting_as_everything(why="count what signing in writes"), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) /* fan-out: a test counts */ FROM {name}" for name in tables))
        return Counter(dict(cursor.fetchall()))


def left_by(way: Callable[[Client, str], Client], email: str) -> tuple[Any, ...]:
    """What a way in leaves: in the session, in the browser, in each table; and what the home page answers."""
    before = rows()
    client = way(Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), email)
    written = rows() - before
    held = Session.objects.get(pk=client.cookies[settings.SESSION_COOKIE_NAME].value).get_decoded()
    methods = [{name: said for name, said in each.items() if name not in OF_THE_MOMENT} for each in held["account_authentication_methods"]]
    home = client.get("/home", follow=True)
    return (
        sorted(held),
        methods,
        sorted(set(client.cookies) - {"csrftoken", "messages"}),
        written,
        home.status_code,
        home.request["PATH_INFO"],
    )


@pytest.mark.parametrize(
    ("role", "has_second_factor"), [("MEDIATOR", False), ("MEDIATOR", True), ("TREASURER", True), ("OPERATOR_ADMIN", False)]
)
def test_the_short_way_in_leaves_what_the_pages_leave(
    person_with: Callable[..., tuple[int, int, str]], role: str, has_second_factor: bool
) -> None:
    (_, _, one), (_, _, other) = (person_with(role, has_second_factor=has_second_factor) for _each in range(2))
    assert left_by(come_in, other) == left_by(sign_in, one)
