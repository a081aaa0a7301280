"""A tablet in a real Chromium, enrolled at the benchmark's place, on a site that really serves."""

import base64
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import NotMeasured
from benchmarks._campaign import Bench

CHROMIUM = "/usr/bin/chromium"
MANAGER_PERSON = 501

# Kept in the page: the modules of the app, as the app loads them.
_LOAD = """async () => {
  const [queue, verify, sync] = await Promise.all(['queue', 'verify', 'sync'].map((name) => import(`/static/place/offline/${name}.js`)));
  window.tablet = { queue, verify, sync, database: await queue.open() };
}"""
_KEY = """async () => {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  window.tablet.privateKey = keys.privateKey;
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey))));
}"""
_KEEP = """async (given) => {
  const { queue, verify, database, privateKey } = window.tablet;
  const pins = {};
  for (const signed of given.facts) pins[signed.programme] = (await verify.readFacts(signed)).pin;
  await new Promise((done) => { const all = database.transaction(['items'], 'readwrite'); all.objectStore('items').clear(); all.oncomplete = done; });
  const now = Date.now();
  await queue.enrol(database, { ...given, name: '', placeName: '', privateKey, pins, revokedAt: null, seenAt: now, highest: now });
  window.tablet.facts = await Promise.all(given.facts.map((each) => verify.readFacts(each, pins[each.programme])));
}"""


@dataclass
class Tablet:
    """The page, and how to make it a new device."""

    bench: Bench
    page: Any

    def enrol(self) -> int:
        """A new key, a new device of the place, an empty queue; on the day the server believes it is."""
        from dataclasses import replace

        from carnet.gateways.database import acting_as, acting_as_everything
        from carnet.redemption import access, operations, queries
        from carnet.redemption.models import Device
        from tests.factories.campaign import LATER, rid

        public = base64.b64decode(self.page.evaluate(_KEY))
        ready = self.bench.ready
        manager = replace(ready.mediator, person_id=MANAGER_PERSON, roles=frozenset({"PLACE_MANAGER"}), proved_at=LATER)
        with acting_as(manager):
            number = operations.enrol_device(
                place_id=ready.place_id, name="Tablette", public_key=public, actor=manager, request_id=rid(), at=LATER
            )
        with acting_as_everything(why="a benchmark of full queues"):
            Device.objects.filter(id=number).update(count_max=500, limit_cents=1_000_000)
            row = Device.objects.get(id=number)
        with acting_as(access.device_actor(row)):
            facts = queries.facts_for(row, at=LATER)
        self.page.evaluate(
            _KEEP,
            {
                "id": number,
                "caps": {"count": row.count_max, "cents": row.limit_cents, "hours": row.hours_max},
                "serverAt": LATER.isoformat(),
                "facts": [
                    {"programme": each.programme_id, "text": each.text, "signature": base64.b64encode(each.signature).decode()}
                    for each in facts
                ],
            },
        )
        return number

    def slow(self, times: int) -> None:
        """Slow the page's processor, as on a small telephone."""
        self.page.context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": times})


@contextmanager
def tablet(bench: Bench, port: int) -> Iterator[Tablet]:
    """A tablet on the app's own page. Raises: NotMeasured, without a Chromium."""
    from django.db import connection
    from playwright.sync_api import Error, sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"  # Playwright keeps a loop running in this thread
    try:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            try:
                context = playwright.chromium.launch_persistent_context(folder, executable_path=CHROMIUM, args=["--no-sandbox"])
            except Error:
                raise NotMeasured("no Chromium on this machine") from None
            try:
                page = context.pages[0]
                page.goto(f"http://127.0.0.1:{port}/place/offline/fr/")
                page.evaluate(_LOAD)
                yield Tablet(bench, page)
            finally:
                context.close()
                connection.close()  # the one of Playwright's own thread of work: the database is about to go
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
