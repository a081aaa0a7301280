"""The counter with a keyboard alone, at three widths, in each of its states; axe-core finds nothing, nothing is wider than the screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site, focused, press_enter
from tests.browser.scanning import film, filmed, scan
from tests.browser.walking import AXE_SCRIPT, faults

OLD_PHONE = 320


def held(page: Page, what: str) -> list[str]:
    """What is wrong with the page as it is now."""
    page.evaluate(AXE_SCRIPT)
    found = [f"{what}: {fault}" for width in (DESKTOP, PHONE, OLD_PHONE) for fault in faults(page, width)]
    page.set_viewport_size({"width": PHONE, "height": 900})
    return found


def test_each_state_of_the_counter(site: Site, tmp_path: Path) -> None:
    with filmed(site, film(tmp_path / "nothing.y4m", [[]])):
        page = site.become("PLACE_MANAGER", permissions=["camera"], width=PHONE)
        page.goto("/place/")
        page.get_by_text("Lire une photo du QR code").click()
        page.get_by_label("Photo du QR code").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no"})
        expect(page.locator("[data-said]")).not_to_be_empty()
        found = held(page, "a bad photo")
        page.get_by_role("button", name="Lire le QR code avec la caméra").click()
        expect(page.locator("video")).to_be_visible()
        found += held(page, "the camera")
        page.get_by_role("button", name="Fermer la caméra").click()
        scan(page, site.codes[0])
        page.locator(".ticket").wait_for()
        found += held(page, "a good voucher")
        page.get_by_text("Ouvrir et utiliser une boîte mail").click()
        page.get_by_role("button", name="Accepter ce chèque").click()
        page.get_by_role("heading", name="Accepté").wait_for()
        found += held(page, "accepted")
        scan(page, site.codes[0])
        page.get_by_role("heading", name="Déjà utilisé").wait_for()
        found += held(page, "refused")
        page.goto("/place/workshop/")
        for code in (site.codes[0], *site.codes[1:4], site.tried["inactive_code"]):
            scan(page, code)
        expect(page.locator(".scanned > li")).to_have_count(5)
        found += held(page, "a workshop")
        page.get_by_role("button", name="Accepter ces 3 chèques").click()
        page.get_by_role("heading", name="3 chèques acceptés").wait_for()
        found += held(page, "a workshop accepted")
        assert found == [], "\n".join(found)


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_with_the_keyboard_alone(site: Site, has_javascript: bool) -> None:
    page = site.become("PLACE_MANAGER", java_script_enabled=has_javascript)
    page.goto("/place/")
    focused(page, "id_code")
    page.keyboard.type(site.codes[0])
    press_enter(page)
    # From the top of the page to the services, along the links and no further than them.
    for _key in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "service":
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    chosen = page.evaluate("document.activeElement.value")
    for _key in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Accepter ce chèque":
            break
    box = page.evaluate("(r => [r.top, r.bottom, innerHeight])(document.activeElement.getBoundingClientRect())")
    assert 0 <= box[0] < box[1] <= box[2], "what has the focus is on the screen"
    press_enter(page)
    page.get_by_role("heading", name="Accepté").wait_for()
    assert chosen
