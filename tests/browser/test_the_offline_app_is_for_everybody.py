"""The app that accepts without network: with a keyboard alone, with a scanner, with the camera while the network is cut; axe finds nothing."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Site, focused
from tests.browser.offline import TabletBrowser, counterfeit, qr_text, tablet
from tests.browser.scanning import film, scan
from tests.browser.test_everybody_can_hold_the_counter import OLD_PHONE
from tests.browser.walking import AXE_SCRIPT, faults


def held(here: TabletBrowser, what: str) -> list[str]:
    """What is wrong with the screen as it is now."""
    here.page.evaluate(AXE_SCRIPT)
    found = [f"{what}: {fault}" for width in (DESKTOP, PHONE, OLD_PHONE) for fault in faults(here.page, width)]
    here.page.set_viewport_size({"width": PHONE, "height": 900})
    return found


def test_each_state_of_the_app(site: Site, tmp_path: Path) -> None:
    texts = [qr_text(code) for code in site.codes[:3]]
    with tablet(site, tmp_path / "tablet", width=PHONE, film=film(tmp_path / "nothing.y4m", [[]])) as here:
        here.open()
        expect(here.page.locator("[data-not-enrolled]")).to_be_visible()
        found = held(here, "not enrolled")
        here.sign_in()
        here.page.goto("/place/devices/enrol/")
        here.page.get_by_label("Nom de l’appareil").wait_for()
        found += held(here, "enrolling")
        here.enrol()
        here.context.set_offline(True)
        found += held(here, "ready")
        here.page.get_by_role("button", name="Appareil photo").click()
        expect(here.page.locator("video")).to_be_visible()
        found += held(here, "the camera")
        here.page.get_by_role("button", name="Appareil photo").click()
        here.read(texts[0])
        expect(here.page.locator("[data-voucher]")).to_be_visible()
        found += held(here, "an authentic voucher")
        here.page.get_by_role("button", name="Accepter, à confirmer").click()
        here.told()
        found += held(here, "accepted")
        here.read(counterfeit(texts[1]))
        here.told()
        found += held(here, "a counterfeit")
        here.accept(texts[2])
        spent_here = site.become("MEDIATOR")
        spent_here.goto("/place/")
        focused(spent_here, "id_code")
        spent_here.keyboard.type(site.codes[2])
        spent_here.keyboard.press("Enter")
        spent_here.get_by_text("Ouvrir et utiliser une boîte mail").click()
        spent_here.get_by_role("button", name="Accepter ce chèque").click()
        spent_here.get_by_role("heading", name="Accepté").wait_for()
        here.context.set_offline(False)
        here.wait_for_states(confirmed=1, refused=1)
        expect(here.page.locator("[data-refused] li")).to_have_count(1)
        found += held(here, "told")
        assert found == [], "\n".join(found)


def test_with_the_keyboard_alone_and_with_a_scanner(site: Site, tmp_path: Path) -> None:
    texts = [qr_text(code) for code in site.codes[:2]]
    with tablet(site, tmp_path / "tablet") as here:
        here.sign_in()
        here.enrol()
        here.context.set_offline(True)
        focused(here.page, "code")
        here.page.keyboard.insert_text(texts[0])
        here.page.keyboard.press("Enter")
        accept = here.page.locator("[data-accept]")
        expect(accept).to_be_focused()
        here.page.keyboard.press("Shift+Tab")
        here.page.keyboard.press("ArrowDown")
        chosen = here.page.evaluate("document.activeElement.value")
        here.page.keyboard.press("Tab")
        here.page.keyboard.press("Enter")
        expect(here.page.locator("[data-waiting] li")).to_have_count(1)
        assert [each["service"] for each in here.items()] == [chosen]
        # A scanner types wherever the cursor is; the service chosen last is chosen again.
        here.page.locator("h1").click()
        scan(here.page, texts[1])
        expect(accept).to_be_focused()
        here.page.keyboard.press("Enter")
        expect(here.page.locator("[data-waiting] li")).to_have_count(2)
        assert [each["service"] for each in here.items()] == [chosen, chosen]
        # The network comes back and no event says so, as behind a router that stayed up: what waits leaves without waiting for the minute.
        here.page.evaluate("window.addEventListener('online', (event) => event.stopImmediatePropagation(), true)")
        here.context.set_offline(False)
        here.wait_for_states(confirmed=2)


def test_the_camera_reads_while_the_network_is_cut(site: Site, tmp_path: Path) -> None:
    text = qr_text(site.codes[0])
    with tablet(site, tmp_path / "tablet", film=film(tmp_path / "voucher.y4m", [[text], []])) as here:
        here.sign_in()
        here.enrol()
        here.context.set_offline(True)
        here.page.reload()
        here.ready()
        here.page.get_by_role("button", name="Appareil photo").click()
        expect(here.page.locator("[data-voucher]")).to_be_visible(timeout=60_000)
        here.page.get_by_role("button", name="Accepter, à confirmer").click()
        assert "n° 1 sur le chèque" in here.told()
        here.context.set_offline(False)
        here.wait_for_states(confirmed=1)
