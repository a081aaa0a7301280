"""The screens in Chromium: a desk hands over, a counter accepts once and refuses twice, and every page is accessible and fits a phone."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page

from tests.browser.conftest import focused
from tests.web.conftest import PASSWORD
from tests.web.season import Season, make_season

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]}
PUBLIC = [
    "/",
    "/carnet/",
    "/obtenir/",
    "/aide/",
    "/places/",
    "/accessibilite/",
    "/mentions-legales/",
    "/chiffres/",
    "/design/",
    "/nowhere/",
    "/sign-in/",
]
DESK = [
    "/prescriber/",
    "/prescriber/hand-over/?serial=zz",
    "/prescriber/hand-overs/",
    "/prescriber/booklets/",
    "/prescriber/take-out/",
    "/prescriber/shipments/",
]
NARROWEST = 320
COUNTER = ["/place/", "/place/voucher/", "/place/redemptions/", "/place/payments/"]


@pytest.fixture
def site(
    committed_database: str, settings: object, tmp_path: Path, django_db_blocker: pytest.FixtureRequest
) -> Iterator[tuple[str, Season]]:
    """A season in a database of its own, served on the loopback address."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:  # type: ignore[attr-defined]
        season = make_season(settings, tmp_path)
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", None)  # as the pool of a served site
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait(20)
        assert server.error is None
        yield f"http://127.0.0.1:{server.port}", season
        server.terminate()
        connections.close_all()


def page_of(chromium: Browser, base: str, *, width: int = 360, language: str = "fr-FR") -> Page:
    return chromium.new_context(base_url=base, viewport={"width": width, "height": 800}, locale=language).new_page()


def enter(chromium: Browser, base: str, season: Season, role: str, organisation_id: int, *, width: int = 360) -> Page:
    page = page_of(chromium, base, width=width)
    page.goto("/sign-in/")
    page.fill("input[name=login]", season.enrol(role, organisation_id))
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/" + ("prescriber/" if role.startswith("PRESCRIBER") else "place/"))
    return page


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [f"{page.url} {each['id']}: {each['nodes'][0]['html'][:120]}" for each in found] + ([f"{page.url} overflows"] if wide else [])


def test_pages_are_accessible_and_fit(chromium: Browser, site: tuple[str, Season]) -> None:
    base, season = site
    found: list[str] = []
    # On the narrowest screen: the tour of every page of every role has looked at wider ones.
    page = page_of(chromium, base, width=NARROWEST)
    for address in PUBLIC:
        page.goto(address)
        found += faults(page)
    desk = enter(chromium, base, season, "PRESCRIBER_LEAD", season.campaign.prescriber_id, width=NARROWEST)
    for address in [*DESK, f"/prescriber/hand-over/{season.booklet(2)[0]}/"]:
        desk.goto(address)
        found += faults(desk)
    counter = enter(chromium, base, season, "PLACE_MANAGER", season.campaign.place_organisation_id, width=NARROWEST)
    for address in COUNTER:
        counter.goto(address)
        found += faults(counter)
    assert found == []


def test_a_desk_hands_over_with_the_keyboard_alone(chromium: Browser, site: tuple[str, Season]) -> None:
    base, season = site
    page = enter(chromium, base, season, "PRESCRIBER_LEAD", season.campaign.prescriber_id)
    focused(page, "id_serial")
    page.keyboard.type(season.booklet(2)[1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/hand-over/*/")
    page.focus("main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hand-overs/*/?new")
    assert "C’est remis" in page.inner_text("main")


def test_a_counter_accepts_once_and_refuses_twice(chromium: Browser, site: tuple[str, Season]) -> None:
    base, season = site
    page = enter(chromium, base, season, "MEDIATOR", season.campaign.place_organisation_id)
    code = season.campaign.code(0)
    # What a scanner does: the whole address of the QR code, then Enter, into whatever has the focus.
    focused(page, "id_code")
    page.keyboard.type(f"HTTPS://CARNET.EXEMPLE.FR/V/{quote(season.campaign.token(0))}")
    page.keyboard.press("Enter")
    page.get_by_text("Ce chèque est bon").wait_for()
    page.click("label:has-text('boîte mail')")
    page.dblclick("text=Accepter ce chèque")
    page.get_by_role("heading", name="Accepté").wait_for()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Déjà utilisé").wait_for()
    assert faults(page) == []
    focused(page, "id_code")


def test_a_counter_works_without_javascript(chromium: Browser, site: tuple[str, Season]) -> None:
    base, season = site
    signed = enter(chromium, base, season, "MEDIATOR", season.campaign.place_organisation_id)
    context = chromium.new_context(base_url=base, java_script_enabled=False, storage_state=signed.context.storage_state(), locale="fr-FR")
    page = context.new_page()
    page.goto("/place/")
    assert not page.is_visible("[data-sound-switch]")
    page.fill("#id_code", season.campaign.code(1))
    page.click("text=Vérifier le chèque")
    page.click("label:has-text('boîte mail')")
    page.click("text=Accepter ce chèque")
    assert "Accepté" in page.inner_text("main")
