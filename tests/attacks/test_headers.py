"""Every page, whoever it is for: its policy, its frames, what may be kept of it, what it loads; and what a header may make the site believe."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from django.test import Client

from carnet.parties.rules import Role
from tests.attacks.looking import faults
from tests.attacks.tallies import tally
from tests.attacks.walls import NOWHERE, PARAMETER, Route, every_route

pytestmark = pytest.mark.django_db
ROUTES = [route for route in every_route() if not route.path.startswith("/api/v")]
PUBLIC = [route for route in ROUTES if route.door.is_public]


def address(route: Route) -> str:
    return PARAMETER.sub(lambda found: NOWHERE[found.group(1) or "str"], route.path)


def test_every_public_page(client: Client) -> None:
    found = []
    for route in PUBLIC:
        answer = client.get(address(route))
        assert answer.status_code < 500 or answer.status_code == 503, route.path
        found += faults(route.name, answer, is_somebodys=False)
    assert found == []
    tally("headers", "public pages: policy, frames, cookies, what they load", tried=len(PUBLIC))


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.PLACE_MANAGER, Role.PRESCRIBER_LEAD, Role.OPERATOR_ADMIN])
def test_pages_of_somebody_are_kept_by_nobody(signed_in: Callable[[str], Client], role: Role) -> None:
    """Pages that need nothing in their address; the drill reads every page of every role, with the town's rows."""
    client, found = signed_in(role), []
    mine = [route for route in ROUTES if not route.parameters and str(role) in route.roles("GET")]
    for route in mine:
        answer = client.get(route.path)
        assert answer.status_code < 500, route.path
        found += faults(route.name, answer, is_somebodys=True)
    assert found == []
    assert len(mine) > 10
    tally("headers", "pages of somebody: kept by nobody", tried=len(mine))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere/", 404),
        ("GET", "/operator/", 302),
        ("PUT", "/sign-in/", 403),
        ("POST", "/sign-in/", 403),
        ("GET", "/api/nowhere", 404),
    ],
)
def test_refusals_too(method: str, path: str, status: int) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert answer.status_code == status
    assert [each for each in faults(path, answer, is_somebodys=False) if "policy" not in each or not path.startswith("/api")] == []


def test_the_list_bites() -> None:
    from django.http import HttpResponse

    bare = HttpResponse('<p style="x" onclick="y">a</p><script>z</script><img src="https://elsewhere/"><a href="javascript:1">b</a>')
    bare.set_cookie("sessionid", "x")
    assert len(faults("x", bare, is_somebodys=True)) == 12


HOSTS = ["evil.example", "testserver.evil.example", "testserver@evil.example", "testserver:80@evil.example", "", "testserver\n", "[::1]x"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_is_answered_nothing(client: Client, host: str) -> None:
    answer = client.get("/sign-in/", HTTP_HOST=host)
    assert answer.status_code == 400
    assert b"evil" not in answer.content
    tally("headers", "hosts that are not ours", tried=1)


FORWARDED = {
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_HOST": "evil.example",
    "HTTP_X_FORWARDED_SERVER": "evil.example",
    "HTTP_FORWARDED": "host=evil.example;proto=https",
    "HTTP_X_ORIGINAL_URL": "/operator/",
    "HTTP_X_REWRITE_URL": "/operator/",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    "HTTP_X_METHOD_OVERRIDE": "POST",
}


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/places/", "/operator/", "/password/forgotten/"])
def test_what_a_visitor_writes_of_the_way_changes_nothing(client: Client, path: str) -> None:
    """Nor may it poison what a cache keeps for others: the same page to the byte but for its marks."""
    plain = client.get(path)
    for name, value in FORWARDED.items():
        answer: Any = client.get(path, **{name: value})
        assert (answer.status_code, answer.get("Location")) == (plain.status_code, plain.get("Location")), name
        assert b"evil" not in answer.content
    tally("headers", "headers about the way, each ignored", tried=len(FORWARDED))


def test_a_letter_s_link_is_on_the_site_s_own_address(
    person_with: Callable[..., tuple[int, int, str]], settings: Any, client: Client
) -> None:
    """The link of a forgotten password never leads where the request said it came from."""
    from carnet.gateways.database import acting_as_everything
    from carnet.notices.models import Notice

    settings.ALLOWED_HOSTS = ["testserver", "also.example"]
    _person, _organisation, email = person_with("PRESCRIBER")
    assert (
        client.post(
            "/password/forgotten/",
            {"email": email, "request_id": str(uuid4())},
            HTTP_HOST="also.example",
            HTTP_X_FORWARDED_HOST="evil.example",
        ).status_code
        == 200
    )
    with acting_as_everything(why="read the letter"):
        kept = Notice.objects.get(kind="parties.password-reset")
    assert "example" not in str(kept.context)
    tally("headers", "letters whose link would follow the request’s host", tried=1)


NEXT = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "https:evil.example", "javascript:alert(1)",
    "/%0d%0aSet-Cookie:x=1", "///evil.example", "http:///evil.example", "\thttps://evil.example", "https://testserver@evil.example/", "／evil.example",
]  # fmt: skip


@pytest.mark.parametrize("wanted", NEXT)
def test_no_page_sends_anybody_elsewhere(person_with: Callable[..., tuple[int, int, str]], wanted: str) -> None:
    from tests.web.conftest import PASSWORD

    _person, _organisation, email = person_with("PRESCRIBER", has_second_factor=False)
    client = Client()
    answers = [
        client.post("/langue/", {"language": "en", "next": wanted}),
        client.post("/contraste/", {"next": wanted}),
        client.get("/sign-in/proconnect/", {"next": wanted}),
        client.post("/sign-in/", {"login": email, "password": PASSWORD, "next": wanted}),
        client.get("/account/prove/", {"next": wanted}),
        client.post("/sign-out/", {"next": wanted}),
    ]
    for answer in answers:
        where = answer.get("Location", "/")
        assert urljoin("http://testserver/here/", where.replace("\\", "/")).startswith("http://testserver/"), where
        assert "\r" not in where
        assert "\n" not in where
    tally("redirects", "ways to be sent elsewhere", tried=len(answers))
