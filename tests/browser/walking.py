"""Walking through every page of a role, as its links lead, and looking at each in every theme, width and language."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import APIResponse, Error, Page, Response

from carnet.parties.rules import HOMES, PERMISSIONS, Role
from carnet.web.design import contrast
from carnet.web.doors import Door, door_of

AXE = (axe_playwright_python.__path__[0]) + "/axe.min.js"
AXE_SCRIPT = Path(AXE).read_text(encoding="utf-8")  # for a page that is open already
# What axe knows of WCAG 2.2 A and AA, of the RGAA and of good manners; `resultTypes` spares the drawing of what is right.
OPTIONS: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"],
    "resultTypes": ["violations"],
}
# Of all its rules, those that a width or a colour can change; the others were held on the same page already.
OF_THE_LOOK: dict[str, Any] = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"]},
    "resultTypes": ["violations"],
}
# And those that a theme can change where the width is the same.
OF_COLOURS: dict[str, Any] = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
NOBODY = "nobody"
# Pages that every role has alike: read as one of them.
READ_AS = Role.OPERATOR_ADMIN.value
# Whose links are followed, and into whose rooms: one page of each kind, an order, an agreement, a redemption.
FOLLOWS = {
    NOBODY: ("public",), "PLACE_MANAGER": ("place",), "PRESCRIBER_LEAD": ("prescriber",), "FUNDER": ("funder", "funds", "need", "proofs"),
    "OPERATOR_ADMIN": ("operator", "need", "proofs"), "TREASURER": ("operator", "bills"), "AUDITOR": ("auditor", "follow"), "STATE_OFFICER": ("state",),
    "HELPLINE": ("helpline",), "ACCOUNTANT": ("books",), "HELPER": ("helper",), "HELPER_LEAD": ("helper",), "LOCAL_ACTOR": ("local", "need"),
    "LANDLORD": ("landlord", "studies", "bills"), "PROVIDER": ("provider", "bills"), "PRINT_SHOP": ("print_shop",),
}  # fmt: skip
HOME: dict[str, str] = {NOBODY: "public:home", **{role.value: HOMES[role] for role in HOMES}}
# Signing out is a question asked again and again; FranceConnect is somewhere else.
NOT_PAGES = {"account_logout", "franceconnect"}
NARROW, TABLET, WIDE = 320, 768, 1280
WIDTHS = (NARROW, TABLET, WIDE)
NEUTRAL, MORE_CONTRAST, HOSTILE = "neutral", "more contrast", "hostile"
THEMES = (NEUTRAL, MORE_CONTRAST, HOSTILE)
# The worst a programme can obtain: what the server offers instead of a yellow, a shade that hardly passes.
HOSTILE_COLOUR = contrast.nearest_passing("#ffff00")
WEAR = """async ([more, hostile]) => {
  document.documentElement.classList.toggle("more-contrast", more);
  document.getElementById("hostile-theme")?.remove();
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (!hostile) return;
  const sheet = Object.assign(document.createElement("link"), {rel: "stylesheet", id: "hostile-theme", href: hostile});
  const worn = new Promise((done, failed) => { sheet.onload = done; sheet.onerror = failed; });
  document.head.append(sheet);
  await worn;
}"""
# WCAG 1.4.12, RGAA 10.12; a sheet made by a script is of the page itself, so that its own policy lets it be.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""
LARGER = "html { font-size: 200% !important; }"
WITH_SHEET = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = text ? [sheet] : [];
}"""
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
# What sticks out, innermost.
STICKS_OUT = """() => {
  const out = each => each.getBoundingClientRect().right > innerWidth + 1;
  return [...document.querySelectorAll("body *")].filter(each => out(each) && getComputedStyle(each).position !== "absolute"
    && ![...each.children].some(out)).slice(0, 2).map(each => each.outerHTML.replace(/\\s+/g, " ").slice(0, 120)).join(" and ");
}"""
# Words cut by the box that holds them: RGAA 10.4 and 10.12.
CUT = """() => [...document.querySelectorAll("main *")].filter(each => {
  const style = getComputedStyle(each);
  return style.overflowY === "hidden" && style.position !== "absolute" && each.scrollHeight > each.clientHeight + 2
    && each.textContent.trim() && !(each instanceof SVGElement) && !["TEXTAREA", "SELECT", "INPUT"].includes(each.tagName);
}).map(each => each.outerHTML.slice(0, 120))"""


@dataclass(frozen=True, slots=True)
class Look:
    """One way of looking at a page."""

    theme: str
    width: int


# What the suite gives each page besides the whole examination, by turns: over the pages, every theme at every width.
BY_TURNS = [Look(theme, width) for theme in THEMES for width in WIDTHS if (theme, width) != (NEUTRAL, WIDE)]


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
    if match.namespace not in FOLLOWS.get(role, ()) or door is None:
        return False
    may = [PERMISSIONS[action].roles for action in (door.action, door.post) if action]
    return all(role in roles for roles in may) and (role != "TREASURER" or not all(READ_AS in roles for roles in may))


def pages_of(page: Page, role: str) -> Iterator[tuple[str, str, str]]:
    """Each page of a role, once of each kind, while the browser shows it: the name of its route, its address, its HTML as it was sent."""
    waiting, seen = addresses_for(role), set()
    while waiting:
        # A place in a page is that page: going there from itself would load nothing.
        address = waiting.pop(0).partition("#")[0]
        kind = route_of(address)
        if not kind or kind in seen:
            continue
        seen.add(kind)
        html = page_at(page, address)
        if html is None:
            continue
        further = ways_on(page, role)
        yield kind, address, html
        waiting += further


def page_at(page: Page, address: str) -> str | None:
    """Go to the address: the HTML it answers with, or nothing if it is no page of its own (a file, a way to somewhere else)."""
    try:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, f"{address}: {answer.status}"
        html = answer.text() if answer.request.redirected_from is None and is_page(answer) else None
    except Error as error:  # a file, which Chromium downloads, or an answer without a word: never a page
        if "ERR_HTTP_RESPONSE_CODE_FAILURE" in error.message:
            page.wait_for_url("chrome-error://**")  # a page of Chromium's own, which would interrupt the next
        asked = page.request.get(address, max_redirects=0)
        assert asked.status < 500, f"{address}: {asked.status}"
        assert not is_page(asked), address
        html = None
    return html


def is_page(answer: Response | APIResponse) -> bool:
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def closed_doors(page: Page) -> list[str]:
    """What the navigation of a home page offers and then refuses."""
    offered = page.locator("nav a[href^='/']").evaluate_all("links => [...new Set(links.map(link => link.getAttribute('href')))]")
    return [f"{page.url} offers {address}" for address in offered if page.request.get(address, max_redirects=0).status >= 400]


def faults(page: Page, width: int) -> list[str]:
    """What axe finds in the open page at that width, as most see it."""
    return seen_as(page, Look(NEUTRAL, width), OPTIONS)


def seen_as(page: Page, look: Look, options: dict[str, Any]) -> list[str]:
    """What axe finds in the page under that look, and by how much it is too wide."""
    wear(page, look)
    where = f"{urlsplit(page.url).path} at {look.width}, {look.theme}"
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(document, options).then(result => result.violations)", options)
    said = [
        f"{where}: {each['impact']} {each['id']}: {each['nodes'][0]['html'][:160]} {each['nodes'][0].get('failureSummary', '')[:200]}"
        for each in found
    ]
    return [*said, *too_wide(page, where)]


def too_wide(page: Page, where: str) -> list[str]:
    over = page.evaluate(TOO_WIDE)
    return [f"{where}: {over} pixels too wide: {page.evaluate(STICKS_OUT)}"] if over > 0 else []


def wear(page: Page, look: Look) -> None:
    """Give the open page a width and a theme, as the button and a programme's sheet do."""
    page.set_viewport_size({"width": look.width, "height": 900})
    hostile = f"/theme/couleur/{HOSTILE_COLOUR[1:]}.css" if look.theme == HOSTILE else ""
    page.evaluate(WEAR, [look.theme == MORE_CONTRAST, hostile])


def stretched(page: Page, sheet: str, width: int, name: str) -> list[str]:
    """What breaks when the person spaces, or enlarges, the text of the open page."""
    where = f"{urlsplit(page.url).path} at {width}, {name}"
    wear(page, Look(NEUTRAL, width))
    page.evaluate(WITH_SHEET, sheet)
    found = too_wide(page, where) + [f"{where}: cut {each}" for each in page.evaluate(CUT)]
    page.evaluate(WITH_SHEET, "")
    return found
