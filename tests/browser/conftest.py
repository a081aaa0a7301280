"""A small town in Chromium: the demonstration played once, then a copy of it for each story, served on the loopback address.

Two seasons of Nantes: one closed, one open since November 2025; two desks, three places, a person of each role. Each story has a database,
keys and files of its own, so that none leans on another.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch as replaced

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from carnet import scenarios
from carnet.kernel.periods import PARIS
from carnet.redemption.access import forget_place_keys
from carnet.scenarios import cast, demo
from tests.chromium import PATH
from tests.conftest import point_django_at
from tests.databases import TestDatabases
from tests.web.conftest import come_in, six_digits

TODAY = datetime(2026, 3, 18, 14, 30, tzinfo=PARIS)
DESKTOP, PHONE = 1280, 360
BASE_URL = "http://127.0.0.1:8000"
OF_A_TOWN = ("VAR_DIR", "KEYS_DIR", "MEDIA_ROOT", "CARNET_CLOCK", "DEMO")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Stories stay with one worker (tests/scheduling.py), which plays the town and owns Chromium."""
    if Path(__file__).parent in item.path.parents:
        for marker in (pytest.mark.browser, pytest.mark.slow):
            item.add_marker(marker)


@pytest.fixture(scope="session")
def town(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, test_databases: TestDatabases, django_db_blocker: Any, worker_id: str
) -> Iterator[tuple[str, Path]]:
    """The demonstration, played once: a database to copy, and its folder."""
    var = tmp_path_factory.mktemp("town")
    shared = connections.settings["default"]["NAME"]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        name = test_databases.clone(f"{worker_id}_town")
        point_django_at(name)
        live_in(patch, var)
        # The whole of France takes seconds to import, and two thousand booklets a minute to spend.
        patch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
        patch.setattr(demo, "load", lambda name: changed(scenarios.load(name), booklets=10, prescribers=2, places=3))
        patch.setattr(demo, "OPEN_BOOKLETS", 24)
        patch.setattr(demo, "ASLEEP", 0)  # both desks hand over: a story takes sixty vouchers
        try:
            demo.play_demo(
                demo.DemoFolder(var), at=TODAY, base_url=BASE_URL, sign_in_url=f"{BASE_URL}/sign-in/", seed=1, booklets=None,
                started=time.monotonic(), clock=time.monotonic, progress=lambda _what, _done, _total: None,
            )  # fmt: skip
            scenarios.seal(at=TODAY)
            scenarios.count(at=TODAY)
        finally:
            point_django_at(shared)
    yield name, var
    test_databases.drop(name)


@pytest.fixture(autouse=True)
def nothing_of_the_town_stays() -> Iterator[None]:
    """Set up first, so torn down last: a story that leaves its day behind makes strangers of whoever signs in later in the same worker."""
    before = {name: getattr(settings, name, None) for name in OF_A_TOWN}
    yield
    assert {name: getattr(settings, name, None) for name in OF_A_TOWN} == before


def live_in(patch: pytest.MonkeyPatch, var: Path) -> None:
    """Keys, files and clock of one town."""
    forget_place_keys()
    for name, value in {"VAR_DIR": var, "KEYS_DIR": var / "keys", "MEDIA_ROOT": var / "files", "CARNET_CLOCK": TODAY, "DEMO": True}.items():
        patch.setattr(settings, name, value, raising=False)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Playwright keeps a loop running in this thread; Django would take it for a request served asynchronously.
    # One for this folder, not one a session: no other test, with a loop or a browser of its own, may meet it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=["--no-sandbox"])
        with replaced.object(Locator, "click", click_and_see(Locator.click)):
            yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def click_and_see(click: Callable[..., None]) -> Callable[..., None]:
    """A click that ends once the page it opened is whole.

    Playwright's own ends as soon as the new page begins: on a busy machine, whatever reads without waiting (`all`, `count`, a page's text)
    then finds half of it.
    """

    def clicked(locator: Locator, **options: Any) -> None:
        click(locator, **options)
        if not locator.page.is_closed():
            locator.page.wait_for_load_state("domcontentloaded")

    return clicked


@dataclass
class Site:
    """The town of one story: its address, its people, its vouchers; and whatever a page complained of."""

    base: str
    chromium: Browser
    tried: dict[str, Any]
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """Vouchers in hands, unspent."""
        return self.tried["codes"]  # type: ignore[no-any-return]

    def person(self, role: str) -> dict[str, str]:
        """The e-mail, password and second-factor secret of the first person of a role (two people approve)."""
        return next(each for each in self.tried["sign_in"] if each["role"] == role)  # type: ignore[no-any-return]

    def visitor(self, *, width: int = DESKTOP, language: str = "fr-FR", **options: Any) -> Page:
        """Somebody at a browser of their own, nobody yet."""
        context = self.chromium.new_context(base_url=self.base, viewport={"width": width, "height": 900}, locale=language, **options)
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._complain(page, message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._complain(page, str(error)))
        page.on("request", lambda request: self._watch(page, request))
        return page

    def _complain(self, page: Page, text: str) -> None:
        # Chromium writes a line for every answer of 4xx, which a refused form is.
        if not text.startswith("Failed to load resource: the server responded with a status of 4"):
            self.complaints.append(f"{page.url}: {text}")

    def _watch(self, page: Page, request: Request) -> None:
        if not request.url.startswith((self.base + "/", "data:", "blob:")):
            self.complaints.append(f"{page.url} asked for {request.url}")

    def become(self, role: str, **options: Any) -> Page:
        """A person of the town, signed in and at home. The pages of sign-in have stories of their own (test_signing_in_with_the_keyboard.py)."""
        page, person = self.visitor(**options), self.person(role)
        cookies = come_in(Client(), person["email"]).cookies
        page.context.add_cookies([{"name": name, "value": kept.value, "url": self.base} for name, kept in cookies.items()])
        page.goto("/home")
        return page

    def it_is(self, moment: datetime) -> None:
        """Another moment of the same story. The town puts the day back: never a patch of the test's own, which may be undone after the town's."""
        settings.CARNET_CLOCK = moment

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


@contextmanager
def served(town: tuple[str, Path], chromium: Browser, databases: TestDatabases, what: str, folder: Path) -> Iterator[Site]:
    """A copy of the town, served; at the end no page may have complained, nor asked anything of another host."""
    played, var = town
    shared = connections.settings["default"]["NAME"]
    with pytest.MonkeyPatch.context() as patch:
        name = copy_of(played, what, databases)
        shutil.copytree(var, folder / "var")
        live_in(patch, folder / "var")
        # As the pool of a served site does: a connection, its statements and its plans are kept from one page to the next.
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", None)
        point_django_at(name)
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait(20)
        assert server.error is None
        story = Site(f"http://127.0.0.1:{server.port}", chromium, json.loads((folder / "var/demo/try.json").read_text(encoding="utf-8")))
        try:
            yield story
        finally:
            story.close()
            server.terminate()
            point_django_at(shared)
            databases.drop(name)
            forget_place_keys()
    assert story.complaints == []


@pytest.fixture
def site(
    town: tuple[str, Path], chromium: Browser, test_databases: TestDatabases, django_db_blocker: Any, worker_id: str, tmp_path: Path
) -> Iterator[Site]:
    """The town of one story."""
    with django_db_blocker.unblock(), served(town, chromium, test_databases, f"{worker_id}_story", tmp_path) as story:
        yield story


def copy_of(template: str, what: str, databases: TestDatabases) -> str:
    """A copy of the played town's database."""
    from psycopg import sql

    name = f"{databases.prefix}_{what}"
    databases.drop(name)
    databases.server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return name


def digits_of(person: dict[str, str]) -> str:
    """The six digits on a person's telephone; whoever sees them about to change waits for the next."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left)
    return six_digits(person["totp_secret"])


def press_enter(page: Page) -> None:
    """Send the form under the cursor, and wait for what it answers."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def said(page: Page, where: str = "main") -> str:
    """What a page says, with plain spaces."""
    return plain(page.inner_text(where))


def plain(text: str) -> str:
    """The same words with plain spaces between them."""
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def focused(page: Page, name: str) -> None:
    """Hold that the field of this id has the focus: whoever types or scans writes in it. A browser gives it once the page is drawn."""
    expect(page.locator(f"#{name}")).to_be_focused()
