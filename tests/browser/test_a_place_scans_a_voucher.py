"""A code reaches the till in every way a counter has: typed, by a scanner, by the camera, in a photo; in three touches at most."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, focused
from tests.browser.scanning import film, filmed, scan
from tests.web.test_scanning import FRENCH, picture

GOOD = "Ce chèque est bon"
CAMERA_BUTTON = "Lire le QR code avec la caméra"
TOUCHES = (
    "addEventListener('click', event => { if (event.isTrusted) sessionStorage.touches = 1 + Number(sessionStorage.touches || 0) }, true)"
)


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def touches(page: Page) -> int:
    """How often a finger touched the screen since the tab was opened."""
    return int(page.evaluate("sessionStorage.touches || 0"))


def accept_one(page: Page, code: str) -> None:
    """The first voucher ever at this counter: its service is chosen."""
    page.goto("/place/")
    page.get_by_label("Code du chèque").fill(code)
    page.get_by_role("button", name="Vérifier le chèque").click()
    page.get_by_text("Ouvrir et utiliser une boîte mail").click()
    page.get_by_role("button", name="Accepter ce chèque").click()
    page.get_by_role("heading", name="Accepté").wait_for()


def accepted_today(page: Page) -> int:
    page.goto("/place/")
    return page.locator("tbody tr").filter(has_text="Accepté").count()


def test_three_touches_from_home_to_accepted(site: Site) -> None:
    page = site.become("PLACE_MANAGER", width=PHONE)
    accept_one(page, site.codes[0])
    page.goto("/place/")
    page.add_init_script(TOUCHES)
    page.reload()
    page.evaluate("sessionStorage.touches = 0")
    page.get_by_label("Code du chèque").click()  # one: the keyboard opens
    focused(page, "id_code")
    page.keyboard.type(site.codes[1])
    page.get_by_role("button", name="Vérifier le chèque").click()  # two
    page.get_by_role("button", name="Accepter ce chèque").click()  # three: the service is remembered, the day is today
    page.get_by_role("heading", name="Accepté").wait_for()
    assert touches(page) == 3


def test_a_scanner_on_a_french_keyboard(site: Site) -> None:
    page = site.become("PLACE_MANAGER")
    accept_one(page, site.codes[1])
    url = site.tried["voucher"]["url"]
    # In the field, where the cursor already is.
    page.goto("/place/")
    focused(page, "id_code")
    scan(page, url.translate(FRENCH))
    expect(page.get_by_role("heading", level=1)).to_have_text(GOOD)
    # With the attention elsewhere: the keys are not lost, and Enter presses nothing.
    page.goto("/place/")
    page.get_by_role("button", name="Vérifier le chèque").focus()
    scan(page, url.translate(FRENCH))
    expect(page.get_by_role("heading", level=1)).to_have_text(GOOD)
    # One more voucher under the scanner while the first waits: it is tested in its turn, and nothing was accepted.
    page.get_by_label("Ouvrir et utiliser une boîte mail").focus()
    scan(page, site.codes[3].translate(FRENCH))
    expect(page.locator("article.ticket")).not_to_contain_text(site.tried["voucher"]["serial"])
    assert heading(page) == GOOD
    assert accepted_today(page) == 1


def test_the_device_and_the_server_untangle_alike(site: Site) -> None:
    from carnet.web.design.wedge import untangled

    page = site.become("PLACE_MANAGER")
    url = site.tried["voucher"]["url"]
    typed = [
        url,
        url.translate(FRENCH),
        site.codes[0],
        site.codes[0].translate(FRENCH),
        " &é' ",
        "",
        "HTTPSM==CQRNET:FR=V=§!)",
        "https://a.fr/?x",
        "x é",
        "NM-C00001234-56",
        "NM-C00001234-56".translate(FRENCH),
    ]
    read = page.evaluate("async all => { const own = await import('/static/design/scanner.js'); return all.map(own.untangled) }", typed)
    assert read == [untangled(each) for each in typed]


def test_the_camera_reads_with_our_own_reader(site: Site, tmp_path: Path) -> None:
    with filmed(site, film(tmp_path / "voucher.y4m", [[site.tried["voucher"]["url"]], []])):
        page = site.become("PLACE_MANAGER", permissions=["camera"], width=PHONE)
        accept_one(page, site.codes[1])
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        page.goto("/place/")
        assert page.evaluate("'BarcodeDetector' in window") is False, "then this test no longer reads with our own reader"
        assert not [url for url in loaded if "packages" in url], "nothing of the reader before it is asked for"
        page.get_by_role("button", name=CAMERA_BUTTON).click()  # one
        page.get_by_role("button", name="Accepter ce chèque").click()  # two
        page.get_by_role("heading", name="Accepté").wait_for()
        assert [url for url in loaded if url.endswith(".wasm")]
        assert accepted_today(page) == 2


def test_two_vouchers_at_once_are_not_guessed_between(site: Site, tmp_path: Path) -> None:
    with filmed(site, film(tmp_path / "two.y4m", [site.codes[:2]])):
        page = site.become("PLACE_MANAGER", permissions=["camera"])
        page.goto("/place/")
        page.get_by_role("button", name=CAMERA_BUTTON).click()
        expect(page.locator("[data-said]")).to_have_text("Plusieurs QR codes à la fois. Montrez un seul chèque.")
        page.get_by_role("button", name="Fermer la caméra").click()
        assert page.evaluate("document.querySelector('video').srcObject") is None
        assert page.evaluate("document.activeElement.dataset.camera") == ""
        assert page.url.endswith("/place/")


def test_the_browser_s_own_detector_goes_first(site: Site, tmp_path: Path) -> None:
    with filmed(site, film(tmp_path / "nothing.y4m", [[]])):
        page = site.become("PLACE_MANAGER", permissions=["camera"])
        own = "class { static getSupportedFormats() { return Promise.resolve(['qr_code']) } detect() { return Promise.resolve([{rawValue: '%s'}]) } }"
        page.add_init_script(f"window.BarcodeDetector = {own % site.codes[0]}")
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        page.goto("/place/")
        page.get_by_role("button", name=CAMERA_BUTTON).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(GOOD)
        assert not [url for url in loaded if "packages" in url]


def test_a_camera_refused_or_a_reader_that_does_not_come_is_said(site: Site, tmp_path: Path) -> None:
    with filmed(site, film(tmp_path / "nothing.y4m", [[]])):
        page = site.become("PLACE_MANAGER")
        page.goto("/place/")
        page.get_by_role("button", name=CAMERA_BUTTON).click()
        expect(page.locator("[data-said]")).to_contain_text("n’a pas le droit d’ouvrir la caméra")
        page.context.grant_permissions(["camera"])
        page.route("**/packages/**", lambda route: route.abort())
        page.get_by_role("button", name=CAMERA_BUTTON).click()
        expect(page.locator("[data-said]")).to_contain_text("Le lecteur n’a pas pu être chargé")
        expect(page.get_by_role("button", name=CAMERA_BUTTON)).to_be_visible()
    site.complaints.clear()  # Chromium's own line for each address that was cut


def photo(content: bytes) -> dict[str, Any]:
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}


def choose(page: Page, content: bytes | Path) -> None:
    page.goto("/place/")
    page.get_by_text("Lire une photo du QR code").click()
    page.get_by_label("Photo du QR code").set_input_files(content if isinstance(content, Path) else photo(content))


def test_a_photo_is_read_on_the_device(site: Site) -> None:
    page = site.become("PLACE_MANAGER", width=PHONE)
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    choose(page, picture(site.tried["voucher"]["url"], kind="JPEG", side=3000))
    expect(page.get_by_role("heading", level=1)).to_have_text(GOOD)
    assert max(sent) < 2000, "the picture did not leave the device"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a picture", "n’est pas une photo lisible"),
        (picture(), "Aucun QR code lisible"),
        (picture("123456789012345678", "HTTPS://X.FR/V/A"), "Plusieurs QR codes"),
    ],
    ids=["not an image", "no code", "two codes"],
)
def test_a_bad_photo_says_why_and_sends_nothing(site: Site, content: bytes, words: str) -> None:
    page = site.become("PLACE_MANAGER")
    choose(page, content)
    expect(page.locator("[data-said]")).to_contain_text(words)
    assert page.url.endswith("/place/")


def test_a_photo_of_forty_megabytes_is_said_too_heavy_and_not_sent(site: Site, tmp_path: Path) -> None:
    # By its path: the browser opens it by itself, nothing carries forty megabytes to it.
    heavy = tmp_path / "photo.jpg"
    heavy.write_bytes(b"x" * 40 * 10**6)
    page = site.become("PLACE_MANAGER")
    choose(page, heavy)
    expect(page.locator("[data-said]")).to_contain_text("trop lourde")
    assert page.url.endswith("/place/")


def test_without_javascript_the_server_reads_the_photo(site: Site) -> None:
    page = site.become("PLACE_MANAGER", java_script_enabled=False)
    assert not page.get_by_role("button", name=CAMERA_BUTTON).is_visible()
    choose(page, picture(site.tried["voucher"]["url"], kind="JPEG", side=3000))
    page.get_by_role("button", name="Vérifier le chèque").click()
    assert heading(page) == GOOD


def test_the_first_page_of_the_counter_is_light(site: Site) -> None:
    """Everything a browser that has nothing yet loads, in bytes."""
    page = site.become("PLACE_MANAGER")
    page.goto("/place/")
    address = page.url
    fresh = page.context.browser.new_context(storage_state=page.context.storage_state())
    other, weights = fresh.new_page(), []
    other.on("response", lambda response: weights.append((response.url, len(response.body()))))
    other.goto(address)
    other.wait_for_load_state("networkidle")
    fresh.close()
    assert len(weights) > 5
    assert sum(weight for _url, weight in weights) < 100_000, sorted(weights, key=lambda each: -each[1])
