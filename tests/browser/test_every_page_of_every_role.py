"""Every page, as every role: nothing axe-core finds fault with, nothing wider than the screen, no error of HTML, no complaint of Chromium.

A page made of parts nobody was shown yet is examined whole, wide; then, by turns, in another theme and at another width, for what these can
change. One made of the same parts, of another kind or for another role, is held to its width, its HTML and its doors: what depends on its
words alone (names, headings, labels, identifiers) is read in the HTML of every page. The whole, every page of every role in three themes at
three widths in two languages, is the drill `every-page-every-theme`, which runs this module with a folder in CARNET_EVERY_THEME to write
what it saw in.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from lxml import html
from playwright.sync_api import Browser, Page

from tests.browser import markup
from tests.browser.conftest import Site, served
from tests.browser.walking import (
    AXE_SCRIPT,
    BY_TURNS,
    HOME,
    LARGER,
    MORE_CONTRAST,
    NARROW,
    NEUTRAL,
    NOBODY,
    OF_COLOURS,
    OF_THE_LOOK,
    OPTIONS,
    SPACED,
    THEMES,
    WIDE,
    WIDTHS,
    Look,
    closed_doors,
    page_at,
    pages_of,
    seen_as,
    stretched,
    too_wide,
)  # fmt: skip
from tests.databases import TestDatabases
from tests.house.rooms import ROOT

ROLES = [
    NOBODY, "PLACE_MANAGER", "MEDIATOR", "PRESCRIBER_LEAD", "FUNDER", "OPERATOR_ADMIN", "TREASURER", "APPROVER", "STATE_OFFICER", "AUDITOR",
    "HELPLINE", "ACCOUNTANT", "HELPER", "HELPER_LEAD", "LOCAL_ACTOR", "LANDLORD", "PROVIDER",
]  # fmt: skip
LEAST_PAGES = 4
BYTES_MOST = 100_000
# Parts of pages, each with what holds it, that were examined already.
EXAMINED: set[str] = set()
PARTS = """() => {
  const part = each => each && [each.localName, ...each.classList, each.getAttribute("type"), each.getAttribute("role"),
    each.hasAttribute("disabled") || each.hasAttribute("hidden"), each.localName === "a" ? /^[a-z]+:/.test(each.getAttribute("href")) : ""].join(".");
  return [...new Set([...document.body.querySelectorAll("*:not(svg *)")].map(each =>
    [each, each.parentElement, each.parentElement?.parentElement].map(part).join(" in ")))];
}"""
FEWEST = {"STATE_OFFICER": 2}
EVERY_THEME = os.environ.get("CARNET_EVERY_THEME", "")
CHECKER = ROOT / "node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the HTML of every page is kept as it was sent."""
    return tmp_path_factory.mktemp("written")


@pytest.fixture(scope="module")
def walked(
    town: tuple[str, Path],
    chromium: Browser,
    test_databases: TestDatabases,
    django_db_blocker: Any,
    worker_id: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One town for all who walk: they read pages, and send nothing."""
    with (
        django_db_blocker.unblock(),
        served(town, chromium, test_databases, f"{worker_id}_walked", tmp_path_factory.mktemp("walked")) as site,
    ):
        yield site


@pytest.fixture
def site(walked: Site) -> Iterator[Site]:
    """The town of all who walk; at the end of each walk no page of it may have complained."""
    yield walked
    walked.close()
    complaints, walked.complaints = walked.complaints, []
    assert complaints == []


@pytest.mark.parametrize("role", ROLES)
def test_accessible_wide_and_narrow(site: Site, role: str, written: Path) -> None:
    page = site.visitor() if role == NOBODY else site.become(role)
    page.goto("/" if role == NOBODY else "/home")
    found, read, looks = closed_doors(page), [], 0
    for kind, address, sent in pages_of(page, role):
        (written / f"{role}-{kind.replace(':', '-')}.html").write_text(sent, encoding="utf-8")
        parts = set(page.evaluate(PARTS))
        seen, count = everything(page, address) if EVERY_THEME else as_before(page) if parts <= EXAMINED else by_turns(page, kind)
        EXAMINED.update(parts)
        found += seen + ([f"{address}: {len(sent.encode())} bytes"] if len(sent.encode()) > BYTES_MOST else [])
        looks += count
        read.append(kind)
        if EVERY_THEME:
            with (Path(EVERY_THEME) / "seen.txt").open("a", encoding="utf-8") as told:
                told.write(f"{role} {kind} {count} {len(seen)}\n" + "".join(f"  {each}\n" for each in seen))
    if EVERY_THEME:
        report = {"role": role, "pages": len(read), "looks": looks, "faults": found}
        (Path(EVERY_THEME) / f"{role}.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    assert found == [], "\n".join(found)
    assert HOME[role] in read
    assert len(read) >= FEWEST.get(role, LEAST_PAGES), read


def as_before(page: Page) -> tuple[list[str], int]:
    """A page made of parts that were all examined: with fewer or other lines, and other words."""
    where = urlsplit(page.url).path
    return too_wide(page, f"{where} as it opened") + stretched(page, SPACED, NARROW, "text spaced"), 1


def by_turns(page: Page, kind: str) -> tuple[list[str], int]:
    """The page whole, as most see it; one other look; and the text spaced on the narrowest screen."""
    page.evaluate(AXE_SCRIPT)
    look = BY_TURNS[crc32(kind.encode()) % len(BY_TURNS)]
    found = seen_as(page, Look(NEUTRAL, WIDE), OPTIONS) + seen_as(page, look, OF_THE_LOOK)
    return found + stretched(page, SPACED, NARROW, "text spaced") + stretched(page, LARGER, WIDE, "text at 200 %"), 2


def everything(page: Page, address: str) -> tuple[list[str], int]:
    """Every theme at every width in both languages; whole where another layout or another language may have another structure."""
    found, looks = [], 0
    for language in ("fr", "en"):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        if language != "fr":
            assert page_at(page, address) is not None, address
        page.evaluate(AXE_SCRIPT)
        for theme in THEMES:
            for width in WIDTHS:
                is_whole = theme == NEUTRAL and (width == NARROW or (width == WIDE and language == "fr"))
                options = OPTIONS if is_whole else OF_THE_LOOK if theme == NEUTRAL else OF_COLOURS
                found += seen_as(page, Look(theme, width), options)
                looks += 1
        found += stretched(page, SPACED, NARROW, f"text spaced, {language}")
        found += stretched(page, LARGER, WIDE, f"text at 200 %, {language}")
    page.context.add_cookies([{"name": "django_language", "value": "fr", "url": page.url}])
    return found, looks


@pytest.mark.after_others
def test_every_page_is_html_without_an_error(written: Path) -> None:
    """The Nu checker reads all that the roles above were sent, in one process."""
    java = shutil.which("java")
    if java is None or not CHECKER.is_file():
        pytest.skip("the Nu HTML checker is not here: it needs Java (default-jre-headless) and `npm ci`; `make test` installs both as root")
    assert list(written.iterdir()), "run with the tests above"
    done = subprocess.run(
        [java, "-Xmx512m", "-jar", CHECKER, "--stdout", "--exit-zero-always", "--skip-non-html", "--format", "json", written],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    messages = json.loads(done.stdout)["messages"]
    found = [
        f"{Path(each['url']).name}:{each.get('lastLine')}: {each['message']} {each.get('extract', '').strip()[:120]}"
        for each in messages
        if each["type"] == "error"
    ]
    assert found == [], "\n".join(found)


@pytest.mark.after_others
def test_every_page_keeps_what_no_checker_reads(written: Path) -> None:
    """Criteria of the audit grid that a program can settle and that neither of the two knows."""
    pages = sorted(written.iterdir())
    assert pages, "run with the tests above"
    found = [f"{page.stem}: {each}" for page in pages for each in markup.breaks(html.document_fromstring(page.read_text(encoding="utf-8")))]
    assert found == [], "\n".join(found)


def test_those_checks_bite() -> None:
    bad = """<html lang="xx"><title>– Carnet</title><body><svg></svg><img src="a"><table><tr><td>1</td></tr></table><a href="/a">Ici</a>
    <a href="/b" target="_blank">Elsewhere</a><b>bold</b><p></p><p style="color: red">x</p><input tabindex="3"><p>سلام عليكم</p>
    <header class="site-header"></header><form><input type="radio" name="a"><input type="radio" name="a"></form></body></html>"""
    found = {each.partition(" ")[0] for each in markup.breaks(html.document_fromstring(bad))}
    assert found == {"1.1", "1.2", "5.4", "5.6", "6.1", "13.2", "8.4", "8.5", "8.9", "8.10", "9.1", "9.2", "10.1", "11.5", "12.7", "12.8"}


def test_the_turns_reach_every_theme_and_width() -> None:
    """Over the hundred and more pages of the site each look has its share; the contrast theme is among them."""
    assert {look.theme for look in BY_TURNS} == set(THEMES) >= {MORE_CONTRAST}
    assert {look.width for look in BY_TURNS} == set(WIDTHS)
