"""A telephone in a real Chromium: slow lines and a slow processor by Chromium's own throttles, and somebody signed in on it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks import NotMeasured

# Chromium's names: WebPageTest's 3G (1.6 Mbit/s down, 768 kbit/s up, 300 ms there and back), and "Slow 3G" (400 kbit/s, 400 ms).
THREE_G = {"latency": 300, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 768_000 / 8}
SLOW_THREE_G = {"latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
SLOWER = 4
ARGON = "django.contrib.auth.hashers.Argon2PasswordHasher"
PASSWORD = "une phrase assez longue"  # noqa: S105


@dataclass
class Slow:
    """A page on a slow telephone. `received`: the weight of each answer, in bytes, as it came over the line."""

    page: Any
    received: list[int] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser. Raises: NotMeasured, without a Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise NotMeasured("Chromium is not installed here")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def slow(browser: Any, kept: Any, line: dict[str, float]) -> Slow:
    """A new page, nothing kept from before but the cookies, on a line and a processor four times slower."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR", service_workers="block", storage_state=kept)
    page = context.new_page()
    throttle = context.new_cdp_session(page)
    throttle.send("Network.enable")
    throttle.send("Network.emulateNetworkConditions", {"offline": False, **line})
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    found = Slow(page)
    throttle.on("Network.loadingFinished", lambda event: found.received.append(int(event["encodedDataLength"])))
    return found


def signed_in(browser: Any, port: int, *, organisation_id: int, role: str) -> Any:
    """A member of an organisation, through the pages of sign-in: the cookies their browser keeps."""
    from django.test import override_settings

    from carnet.gateways.database import acting_as_everything
    from carnet.parties import operations as parties
    from tests.factories.campaign import NOW, SYSTEM, rid
    from tests.web.conftest import SECRET, six_digits

    email = f"{role.lower()}@example.org"
    # The tests hash passwords quickly; the site does not read that.
    with override_settings(PASSWORD_HASHERS=[ARGON]), acting_as_everything(why="the benchmark's person"):
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
            request_id=rid(), at=NOW,
        )  # fmt: skip
        parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=rid(), at=NOW)
    context = browser.new_context(locale="fr-FR", service_workers="block")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/sign-in/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_label("Code").fill(six_digits())
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url, timeout=60_000)
    kept = context.storage_state()
    context.close()
    return kept
