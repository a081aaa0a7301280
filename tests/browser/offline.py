"""A tablet of a place, in a browser of its own whose process can be killed and started again."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from playwright.sync_api import Error as PlaywrightError

from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import TOKEN, key_ring
from carnet.issuing.rules import VoucherToken, signed_part
from tests.browser.conftest import DESKTOP, Site, digits_of, plain
from tests.chromium import PATH, WITH_CAMERA

APP = "/place/offline/fr/"
CAMERA, FILM = ["--use-fake-device-for-media-stream"], "--use-file-for-fake-video-capture"


def qr_text(code: str) -> str:
    """What the QR code of a voucher says, from its 18 digits: the address on the paper."""
    from django.db import connection

    ring = key_ring()
    with acting_as_everything(why="what is printed on a voucher"), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM funding_programme ORDER BY id")
        for (programme_id,) in cursor.fetchall():
            for version in ring.versions(programme_id):
                code_hash = ring.hash_code(programme_id, version, code)
                cursor.execute("SELECT series_id FROM ledger_voucher /* fan-out: one code */ WHERE code_hash = %s", [code_hash])
                found = cursor.fetchone()
                if found is None:
                    continue
                signed = signed_part(key_version=version, series_id=found[0], code_hash=code_hash)
                signature = ring.sign(programme_id, TOKEN, signed, version=version)
                return VoucherToken(version, found[0], code_hash, signature).url("https://carnet.example")
    raise AssertionError("no voucher has this code")


def counterfeit(text: str) -> str:
    """The same QR code with one letter of its signature changed."""
    at = len(text) - 40
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


@dataclass
class TabletBrowser:
    """A Chromium of its own, on a folder that outlives it."""

    site: Site
    folder: Path
    width: int = DESKTOP
    # What its camera sees (tests.browser.scanning.film); without one it has no camera.
    film: Path | None = None
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def start(self) -> Page:
        self.context = self.site.chromium.browser_type.launch_persistent_context(
            str(self.folder),
            executable_path=WITH_CAMERA if self.film else PATH,
            args=["--no-sandbox", *([] if self.film is None else CAMERA), *([] if self.film is None else [f"{FILM}={self.film}"])],
            permissions=["camera"] if self.film else [],
            base_url=self.site.base,
            viewport={"width": self.width, "height": 900},
            locale="fr-FR",
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.site.complaints.append(f"{self.page.url}: {error}"))
        return self.page

    def kill(self) -> None:
        """As when the battery is pulled out: every process of this browser, found by its folder, without a word."""
        mark = f"--user-data-dir={self.folder}".encode()
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
        with suppress(Exception):
            self.context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def stop(self) -> None:
        with suppress(Exception):
            self.context.close()

    def devtools(self) -> CDPSession:
        return self.context.new_cdp_session(self.page)

    # --- what a person does -------------------------------------------------------------------------------------------
    def sign_in(self, role: str = "PLACE_MANAGER") -> None:
        page, person = self.page, self.site.person(role)
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Mot de passe").fill(person["password"])
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_label("Code").fill(digits_of(person))
        page.get_by_role("button", name="Continuer").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    def enrol(self, name: str = "Tablette de l’accueil") -> None:
        self.page.goto("/place/devices/")
        self.page.get_by_role("link", name="Enregistrer cet appareil").click()
        self.page.get_by_label("Nom de l’appareil").fill(name)
        self.page.get_by_role("button", name="Enregistrer cet appareil").click()
        self.page.wait_for_url(f"**{APP}")
        self.ready()
        expect(self.page.locator("[data-ready]")).to_be_visible()

    def ready(self) -> None:
        self.page.locator("html[data-offline=begun]").wait_for(state="attached")

    def open(self) -> None:
        self.page.goto(APP)
        self.ready()

    def read(self, text: str) -> None:
        """A code pasted in the field, as from the clipboard."""
        self.page.locator("#code").fill(text)
        self.page.get_by_role("button", name="Vérifier le QR code").click()

    def wedge(self, text: str) -> None:
        """A scanner that types, ended by Enter, the cursor being where the page put it."""
        self.page.locator("#code").focus()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def accept(self, text: str) -> str:
        """Read, see that it is authentic, accept; what the screen then says."""
        self.read(text)
        expect(self.page.locator("[data-voucher]")).to_be_visible()
        self.page.get_by_role("button", name="Accepter, à confirmer").click()
        return self.told()

    def told(self) -> str:
        """The large answer on the screen."""
        self.page.locator("[data-result] h2").wait_for()
        return plain(self.page.locator("[data-result]").inner_text())

    def items(self) -> list[dict[str, Any]]:
        """What the store of the browser holds."""
        self.ready()
        return self.page.evaluate(
            "async () => { const queue = await import('/static/place/offline/queue.js'); const database = await queue.open();"
            " const found = await queue.items(database); database.close(); return found; }"
        )

    def states(self) -> list[str]:
        return [each["state"] for each in self.items()]

    def wait_for_states(self, **counts: int) -> None:
        """Until the store holds so many of each state."""
        deadline = time.monotonic() + 30
        while True:
            try:
                states = self.states()
            except PlaywrightError:  # a new version has just taken over, and the page opens again
                states = []
            if {state: states.count(state) for state in counts} == counts:
                return
            assert time.monotonic() < deadline, states
            self.page.wait_for_timeout(200)


@contextmanager
def tablet(site: Site, folder: Path, **options: Any) -> Iterator[TabletBrowser]:
    """A tablet whose browser is stopped in the end, whatever happened."""
    browser = TabletBrowser(site, folder, **options)
    browser.start()
    try:
        yield browser
    finally:
        browser.stop()
