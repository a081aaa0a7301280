"""Every page, as every role, wide and narrow: nothing axe-core finds fault with, nothing wider than the screen, no complaint of Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import APIResponse, Error, Page, Response

from carnet.parties.rules import HOMES, PERMISSIONS, Role
from carnet.web.doors import Door, door_of
from tests.browser.conftest import DESKTOP, PHONE, Site

AXE = (axe_playwright_python.__path__[0]) + "/axe.min.js"
AXE_SCRIPT = Path(AXE).read_text(encoding="utf-8")  # for a page that is open already
# What axe knows of WCAG 2.2 A and AA, of the RGAA and of good manners; `resultTypes` spares the drawing of what is right.
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"], "resultTypes": ["violations"]}
NOBODY = "nobody"
# Pages that every role has alike: read as one of them.
READ_AS = Role.OPERATOR_ADMIN.value
ROLES = [NOBODY, "PLACE_MANAGER", "MEDIATOR", "PRESCRIBER_LEAD", "FUNDER", "OPERATOR_ADMIN", "TREASURER", "APPROVER", "AUDITOR"]
# Whose links are followed, and into whose rooms: one page of each kind, an order, an agreement, a redemption.
FOLLOWS = {
    NOBODY: "public", "PLACE_MANAGER": "place", "PRESCRIBER_LEAD": "prescriber", "FUNDER": "funder", "OPERATOR_ADMIN": "operator",
    "TREASURER": "operator", "AUDITOR": "auditor",
}  # fmt: skip
HOME: dict[str, str] = {NOBODY: "public:home", **{role.value: HOMES[role] for role in HOMES}}
LEAST_PAGES = 4
# Signing out is a question asked again and again; the rest is for machines.
NOT_PAGES = {"account_logout"}


def plain_routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, str, Door]]:
    """Address, name and door of what asks for nothing in its address."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if "<" in here or here.startswith(("/api/v", "/static/")):
            continue
        if isinstance(pattern, URLResolver):
            yield from plain_routes(pattern.url_patterns, here)
        elif (door := door_of(pattern.callback)) is not None and pattern.name not in NOT_PAGES:
            yield here, pattern.name or "", door


def addresses_for(role: str) -> list[str]:
    """The pages without parameters that the table of permissions opens to a role."""
    found = []
    for address, _name, door in plain_routes(get_resolver().url_patterns):
        if door.is_public:
            is_for = role == NOBODY
        elif door.action is None:
            is_for = role == READ_AS
        else:
            is_for = role in PERMISSIONS[door.action].roles
        if is_for:
            found.append(address)
    return found


def route_of(address: str) -> str:
    """The name of the route of an address of ours, or nothing."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def ways_on(page: Page, role: str) -> list[str]:
    """Where the page leads, inside the rooms of the role; what the administrator sees too is read as the administrator."""
    found = page.locator("main a[href^='/']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [address for address in found if _leads_on(urlsplit(address).path, role)]


def _leads_on(path: str, role: str) -> bool:
    try:
        match = resolve(path)
    except Resolver404:
        return False
    door = door_of(match.func)
    if match.namespace != FOLLOWS.get(role) or door is None:
        return False
    may = [PERMISSIONS[action].roles for action in (door.action, door.post) if action]
    return all(role in roles for roles in may) and (role != "TREASURER" or not all(READ_AS in roles for roles in may))


def faults(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    where = f"{urlsplit(page.url).path} at {width}"
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(document, options).then(result => result.violations)", OPTIONS)
    said = [f"{where}: {each['impact']} {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*said, f"{where}: {over} pixels too wide"] if over > 0 else said


def shows_a_page(page: Page, address: str) -> bool:
    """Go to the address; whether it answers with a page of its own (not a file, not a way to somewhere else)."""
    try:
        answer = page.goto(address)
        assert answer is not None
        is_own = answer.request.redirected_from is None and is_page(answer)
    except Error as error:  # a file, which Chromium downloads, or an answer without a word: never a page
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" in error.message:
            page.wait_for_url("chrome-error://**")  # a page of Chromium's own, which would interrupt the next
        asked = page.request.get(address, max_redirects=0)
        assert asked.status < 500, f"{address}: {asked.status}"
        assert not is_page(asked), address
        is_own = False
    else:
        assert answer.status < 500, f"{address}: {answer.status}"
    return is_own


def is_page(answer: Response | APIResponse) -> bool:
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def closed_doors(page: Page) -> list[str]:
    """What the navigation of a home page offers and then refuses."""
    offered = page.locator("nav a[href^='/']").evaluate_all("links => [...new Set(links.map(link => link.getAttribute('href')))]")
    return [f"{page.url} offers {address}" for address in offered if page.request.get(address, max_redirects=0).status >= 400]


@pytest.mark.parametrize("role", ROLES)
def test_accessible_wide_and_narrow(site: Site, role: str) -> None:
    page = site.visitor() if role == NOBODY else site.become(role)
    page.add_init_script(path=AXE)
    page.goto("/" if role == NOBODY else "/home")
    waiting, seen, read = addresses_for(role), set(), []
    found = closed_doors(page)
    while waiting:
        address = waiting.pop(0)
        kind = route_of(address)
        if not kind or kind in seen:
            continue
        seen.add(kind)
        if not shows_a_page(page, address):
            continue
        read.append(kind)
        found += faults(page, DESKTOP) + faults(page, PHONE)
        waiting += ways_on(page, role)
    assert found == [], "\n".join(found)
    assert HOME[role] in read
    assert len(read) >= LEAST_PAGES, read
