"""Whatever is written in an address: numbers too large, signs that are none, paths that climb. Never a fault of ours, never another file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.test import Client

import carnet
from tests.attacks.people import Tenant
from tests.attacks.tallies import WHOLE, tally
from tests.attacks.walls import NOWHERE, PARAMETER, Route, every_route
from tests.web.season import Season

pytestmark = pytest.mark.django_db
ROUTES = [route for route in every_route() if not route.path.startswith("/static/")]
WEB = Path(carnet.__file__).parent / "web"
# Every name a page ever looks for in its address.
ASKED = sorted(
    {name for file in WEB.rglob("*.py") for name in re.findall(r"GET\.get(?:list)?\(\s*\"([\w-]+)\"", file.read_text(encoding="utf-8"))}
)
VALUES = [
    "9" * 5000, "\x00", "²", "-1", "99999999999999999999", "1e9", "'\"><script>alert(1)</script>", "../../../../etc/passwd", "\ud7ff\uffff", "‮",
    "0" * 25 + "1", "2026-13", "2026-02-30", "9999-12-31", "0000-00-00", "NaN", "Infinity", "%00", "a" * 20_000, "{{7*7}}", "${7*7}", ";", "\r\nX: y",
]  # fmt: skip
# Numbers of rows that no table can have, and words where a number is expected.
LARGE = {
    "int": "9" * 30,
    "uuid": NOWHERE["uuid"],
    "str": "é" * 300,
    "slug": "x" * 300,
    "path": "..%2f..%2fetc%2fpasswd",
    "anything": "%2e%2e/x",
    "day": "2026-02-30",
}
OTHER = {
    "int": str(2**63),
    "uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12,
    "str": "%00",
    "slug": "0",
    "path": "%00",
    "anything": "a%0d%0ab",
    "day": "2026-11-03",
}
# In the suite, half of the addresses, each with one of the two.
SHAPES: tuple[tuple[dict[str, str], ...], ...] = ((LARGE,), (OTHER,), (), ())
CLIMBING = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cetc",
    "/etc/passwd",
    "%00",
    "....//....//etc/passwd",
    "..;/x",
]


def written(route: Route, shapes: dict[str, str]) -> str:
    return PARAMETER.sub(lambda found: shapes[found.group(1) or "str"], route.path)


def failed(answer: Any) -> bool:
    return answer.status_code >= 500 and answer.status_code != 503


@pytest.mark.slow
def test_numbers_no_row_can_have(season: Season) -> None:
    """Each route with something in its address, by a role its door lets in, reading and sending."""
    owner, wrong, tried = Tenant(season.campaign), [], 0
    for route in ROUTES:
        if not route.parameters:
            continue
        roles = sorted(route.roles("GET"))
        client = Client() if route.door.is_public else owner.enter(roles[0] if roles else "PLACE_MANAGER")
        for shapes in (LARGE, OTHER) if WHOLE else SHAPES[crc32(route.path.encode()) % len(SHAPES)]:
            tried += 1
            address = written(route, shapes)
            answer = client.get(address)
            if failed(answer):
                wrong.append(f"GET {address[:120]}: {answer.status_code}")
    assert wrong == []
    tally("paths", "numbers no row can have, signs that are none, in every address", tried=tried)


@pytest.mark.slow
@pytest.mark.parametrize(
    "role", ["nobody", "PLACE_MANAGER", "PRESCRIBER_LEAD", "OPERATOR_ADMIN", "FUNDER"] if WHOLE else ["nobody", "OPERATOR_ADMIN"]
)
def test_whatever_is_asked_in_a_query(season: Season, role: str) -> None:
    """Every name any page looks for, all at once, with each odd value, on every page that needs nothing in its address."""
    client = Client() if role == "nobody" else Tenant(season.campaign).enter(role)
    mine = [
        route for route in ROUTES if not route.parameters and (route.door.is_public if role == "nobody" else role in route.roles("GET"))
    ]
    wrong, tried = [], 0
    for rank, route in enumerate(mine):
        for value in VALUES if WHOLE else (VALUES[rank % len(VALUES)], VALUES[(rank * 7 + 3) % len(VALUES)]):
            tried += 1
            answer = client.get(route.path, dict.fromkeys(ASKED, value))
            if failed(answer):
                wrong.append(f"{route.path} {value[:30]!r}: {answer.status_code}")
            elif answer.get("Content-Type", "").startswith("text/html") and not answer.streaming and b"<script>alert" in answer.content:
                wrong.append(f"{route.path}: {value[:30]!r} came back as it was")
            if any(each in (answer.get("Location", "") + answer.get("Content-Disposition", "")) for each in ("\r", "\n")):
                wrong.append(f"{route.path}: a header was broken")
    assert wrong == []
    tally("paths", f"odd values of every name asked in an address, {role}", tried=tried)


@pytest.mark.parametrize("climbing", CLIMBING)
def test_no_file_but_those_that_are_given(client: Client, climbing: str, signed_in: Callable[[str], Client]) -> None:
    found = []
    for before in ("/static/", "/opendata/", "/opendata/x/", "/theme/", "/V/", "/api/v1/", "/chiffres/commune/"):
        answer = client.get(before + climbing)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if (answer.status_code == 200 and b"root:" in content) or failed(answer):
            found.append(before + climbing)
    assert found == []
    tally("paths", "addresses that climb out of a folder", tried=7)
