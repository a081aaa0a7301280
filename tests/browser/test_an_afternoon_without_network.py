"""A whole afternoon without network in a real browser: cut, opened again from its cache, killed, upgraded, full; then the network is back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import OperationalError, connection
from playwright.sync_api import expect

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.redemption import operations, queries
from carnet.redemption.operations import Item
from carnet.web.place import offline as app
from tests.browser.conftest import PHONE, TODAY, Site, said
from tests.browser.offline import TabletBrowser, counterfeit, qr_text, tablet

SERVICE = "mailbox"


def spend_elsewhere(site: Site, *codes: str) -> None:
    """The same papers copied, shown at another place that has a network."""
    page = site.become("MEDIATOR")
    for code in codes:
        page.goto("/place/")
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.get_by_text("Ouvrir et utiliser une boîte mail").click()
        page.get_by_role("button", name="Accepter ce chèque").click()
        page.get_by_role("heading", name="Accepté").wait_for()


def everything_adds_up() -> None:
    with acting_as_everything(why="verify"):
        assert ledger.verify() == []
        assert queries.verify() == []


def uploaded_outcomes() -> list[str]:
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM redemption_uploadeditem ORDER BY counter")
        return [row[0] for row in cursor.fetchall()]


def test_a_whole_afternoon(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = site.codes[:14]
    texts = [qr_text(code) for code in codes]
    with tablet(site, tmp_path / "tablet") as here:
        here.sign_in()
        here.enrol()
        assert "Encore 60 chèques, 600 € et 72 h" in said(here.page)

        # The network is cut. The app opens from what the browser kept.
        here.context.set_offline(True)
        here.page.reload()
        here.ready()
        expect(here.page.locator("[data-network]")).to_contain_text("Pas de réseau")

        for rank, text in enumerate(texts[:6], start=1):
            told = here.accept(text)
            assert "À confirmer" in told
            assert f"n° {rank} sur le chèque" in told
        # A scanner that types, then the same voucher again: refused at once, on the device.
        here.wedge(texts[6])
        expect(here.page.locator("[data-accept]")).to_be_focused()
        here.page.keyboard.press("Enter")
        expect(here.page.locator("[data-waiting] li")).to_have_count(7)
        assert "n° 7 sur le chèque" in here.told()
        here.read(texts[2])
        assert "Déjà accepté ici" in here.told()
        assert "n° 3" in here.told()
        # A counterfeit, and digits that cannot be verified here.
        here.read(counterfeit(texts[7]))
        assert "Faux chèque" in here.told()
        here.read(codes[7])
        assert "Le code tapé ne suffit pas" in here.told()
        assert "feuille de papier" in here.told()
        assert here.states() == ["waiting"] * 7
        assert codes[7] not in str(here.items())

        # Meanwhile two of them are spent elsewhere.
        spend_elsewhere(site, codes[1], codes[4])

        # The browser is killed. What was accepted is still there. (A browser that starts looks for the network before anybody cuts it.)
        with monkeypatch.context() as still:
            still.setattr(operations, "upload", server_away)
            here.kill()
            here.start()
            here.context.set_offline(True)
            here.open()
        assert here.states() == ["waiting"] * 7
        for text in texts[7:12]:
            assert "À confirmer" in here.accept(text)
        assert len(here.items()) == 12
        expect(here.page.locator("[data-waiting] li")).to_have_count(12)
        assert uploaded_outcomes() == []

        # The network is back: everything is sent by itself, and the losers are told.
        here.context.set_offline(False)
        here.wait_for_states(confirmed=10, refused=2)
        refused = here.page.locator("[data-refused] li")
        expect(refused).to_have_count(2)
        words = said(here.page, "[data-refused]")
        assert words.count("Ce chèque a déjà été utilisé le 18 mars 2026") == 2
        assert words.count("Un autre passage a été confirmé avant le vôtre. Ce chèque ne vous sera pas payé") == 2
        assert "Appelez l’opérateur au" in words
        assert "n° 2 · 10 €" in words
        assert "n° 5 · 10 €" in words
        assert "Refusé par le serveur" in here.told()

        # Nothing that could be spent again stays on the device, and a refusal stays until it is read.
        assert not any("text" in each or "signature" in each for each in here.items())
        here.page.reload()
        here.ready()
        expect(refused).to_have_count(2)
        refused.first.get_by_role("button", name="J’ai compris").click()
        expect(refused).to_have_count(1)
        assert len(here.items()) == 12

        # The operator's page says the same.
        agent = site.become("OPERATOR_ADMIN")
        agent.goto("/operator/devices/")
        agent.get_by_role("link", name="Tablette de l’accueil").click()
        shown = said(agent, "tbody")
        assert shown.count("Confirmé") == 10
        assert shown.count("Ce chèque a déjà été utilisé") == 2
    assert uploaded_outcomes().count("confirmed") == 10
    everything_adds_up()


def fill(here: TabletBrowser, texts: list[str]) -> None:
    """Accept through the app's own modules, as the screen does."""
    here.page.evaluate(
        """async (texts) => {
          const queue = await import('/static/place/offline/queue.js');
          const { authenticate, readFacts } = await import('/static/place/offline/verify.js');
          const database = await queue.open();
          const device = await queue.enrolled(database);
          const facts = await Promise.all(device.facts.map((each) => readFacts(each, device.pins[each.programme])));
          for (const text of texts) {
            const seen = await authenticate(text, facts);
            await queue.accept(database, { seen, service: seen.services[0], now: Date.now() });
          }
          database.close();
        }""",
        texts,
    )


def test_an_upgrade_with_a_full_queue_loses_nothing(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [qr_text(code) for code in site.codes[:61]]
    with tablet(site, tmp_path / "tablet") as here:
        here.sign_in()
        here.enrol()
        before = app.version()
        here.context.set_offline(True)
        fill(here, texts[:60])
        here.page.reload()
        here.ready()
        here.read(texts[60])
        assert "Limite atteinte" in here.told()
        assert "60 chèques attendent déjà" in here.told()
        kept = here.items()

        # A new version, whose store has one step more; it is found as soon as the network is back, before anything is sent.
        with newer_version(tmp_path / "newer"):
            assert app.version() != before
            server = operations.upload
            monkeypatch.setattr(operations, "upload", server_away)
            here.context.set_offline(False)
            here.page.reload()
            here.page.wait_for_function(
                "async () => (await indexedDB.databases()).some((each) => each.name === 'carnet-offline' && each.version === 2)"
            )
            here.page.wait_for_function(
                "async (version) => (await caches.keys()).join() === 'carnet-offline-' + version", arg=app.version()
            )
            here.context.set_offline(True)
            here.page.reload()
            here.ready()
            assert here.items() == kept
            monkeypatch.setattr(operations, "upload", server)
            here.context.set_offline(False)
            here.wait_for_states(confirmed=60)
    assert uploaded_outcomes() == ["confirmed"] * 60
    everything_adds_up()


def server_away(**_asked: object) -> None:
    """What the API meets when its database does not answer."""
    raise OperationalError


@contextmanager
def newer_version(folder: Path) -> Iterator[None]:
    """The app of tomorrow: the same, with one more step in its store."""
    today = finders.find("place/offline/queue.js")
    assert isinstance(today, str)
    tomorrow = folder / "place/offline/queue.js"
    tomorrow.parent.mkdir(parents=True)
    code = Path(today).read_text(encoding="utf-8")
    end = code.index("];", code.index("export const STEPS"))
    step = '  (database, change) => {\n    change.objectStore("items").createIndex("counter", "counter");\n  },\n'
    tomorrow.write_text(code[:end] + step + code[end:], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "STATICFILES_DIRS", [folder, *settings.STATICFILES_DIRS])
        finders.get_finder.cache_clear()
        yield
    finders.get_finder.cache_clear()


def test_a_full_disk_accepts_nothing_and_says_so(site: Site, tmp_path: Path) -> None:
    texts = [qr_text(code) for code in site.codes[:2]]
    with tablet(site, tmp_path / "tablet") as here:
        here.sign_in()
        here.enrol()
        here.context.set_offline(True)
        assert "À confirmer" in here.accept(texts[0])
        # Chromium remembers for half a minute how much room there was: the disk is full when the tablet is next switched on.
        here.stop()
        here.start()
        devtools = here.devtools()
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": site.base, "quotaSize": 1})
        here.context.set_offline(True)
        here.open()
        told = here.accept(texts[1])
        assert "Pas accepté : appareil plein" in told
        assert "feuille de papier" in told
        assert here.states() == ["waiting"]
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": site.base})
        assert "n° 2" in here.accept(texts[1])
        here.context.set_offline(False)
        here.wait_for_states(confirmed=2)
    everything_adds_up()


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_two_days_wrong_changes_nothing(site: Site, tmp_path: Path, days: int) -> None:
    texts = [qr_text(code) for code in site.codes[:2]]
    with tablet(site, tmp_path / "tablet", width=PHONE) as here:
        here.sign_in()
        here.enrol()
        # The clock jumps once the device has its facts; half the queue is before the jump, half after.
        here.context.set_offline(True)
        assert "À confirmer" in here.accept(texts[0])
        here.page.add_init_script(f"{{ const now = Date.now.bind(Date); Date.now = () => now() + {days} * 86400000; }}")
        here.page.reload()
        here.ready()
        assert "À confirmer" in here.accept(texts[1])
        here.context.set_offline(False)
        here.wait_for_states(confirmed=2)
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT outcome, attended_on FROM redemption_uploadeditem")
        assert cursor.fetchall() == [("confirmed", TODAY.date())] * 2
    everything_adds_up()


def test_a_revoked_device_loses_nothing_and_accepts_nothing_more(site: Site, tmp_path: Path) -> None:
    text = qr_text(site.codes[0])
    with tablet(site, tmp_path / "tablet", width=PHONE) as here:
        here.sign_in()
        here.enrol("Tablette prêtée")
        here.context.set_offline(True)
        assert "À confirmer" in here.accept(text)
        agent = site.become("OPERATOR_ADMIN")
        agent.goto("/operator/devices/")
        agent.get_by_role("link", name="Tablette prêtée").click()
        agent.get_by_role("link", name="Révoquer cet appareil").click()
        agent.get_by_role("button", name="Révoquer cet appareil").click()
        assert "sera gardé et refusé" in said(agent)
        here.context.set_offline(False)
        here.wait_for_states(refused=1)
        expect(here.page.locator("[data-revoked]")).to_be_visible()
        expect(here.page.locator("[data-counter]")).to_be_hidden()
        assert "Cet appareil a été révoqué le 18 mars 2026" in said(here.page)
        agent.reload()
        assert "Cet appareil a été révoqué" in said(agent)
    assert uploaded_outcomes() == ["device-revoked"]
    # The voucher itself is untouched: its holder may spend it.
    assert spend_at_the_counter(site.codes[0]).value_cents == 1000


def spend_at_the_counter(code: str) -> queries.Redeemed:
    """The same place, at its counter with a network."""
    actor, place_id = counter_of_the_device()
    with acting_as(actor):
        item = Item(code, SERVICE, place_id=place_id)
        return operations.redeem(item=item, actor=actor, channel="SCREEN", request_id=uuid4(), at=TODAY)


def counter_of_the_device() -> tuple[Actor, int]:
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT place_id, organisation_id FROM redemption_device")
        place_id, organisation_id = cursor.fetchone()
    own = frozenset({organisation_id})
    return Actor(kind="person", label="", person_id=1, organisation_id=organisation_id, organisation_ids=own), place_id


def test_what_was_refused_once_may_be_good_later(site: Site, tmp_path: Path) -> None:
    text = qr_text(site.codes[0])
    with tablet(site, tmp_path / "tablet") as here:
        here.sign_in()
        here.enrol()
        here.context.set_offline(True)
        assert "n° 1" in here.accept(text)
        spent = spend_at_the_counter(site.codes[0])
        here.context.set_offline(False)
        here.wait_for_states(refused=1)
        assert "Ce chèque a déjà été utilisé" in said(here.page, "[data-refused]")
        # It was a mistake at the counter, undone: the same paper is shown again.
        actor, _place = counter_of_the_device()
        with acting_as(actor):
            operations.reverse(number=spent.number, reason="wrong-voucher", actor=actor, request_id=uuid4(), at=TODAY)
        assert "n° 2" in here.accept(text)
        here.wait_for_states(refused=1, confirmed=1)
        expect(here.page.locator("[data-refused] li")).to_have_count(1)
    assert uploaded_outcomes() == ["voucher-already-redeemed", "confirmed"]
    everything_adds_up()


def test_a_browser_without_ed25519_verifies_with_the_packaged_one(site: Site, tmp_path: Path) -> None:
    text = qr_text(site.codes[0])
    with tablet(site, tmp_path / "tablet") as here:
        here.sign_in()
        here.enrol()
        here.context.set_offline(True)
        answers = here.page.evaluate(
            """async ([good, forged]) => {
              const queue = await import('/static/place/offline/queue.js');
              const { authenticate, forgetNative, readFacts } = await import('/static/place/offline/verify.js');
              const device = await queue.enrolled(await queue.open());
              forgetNative();
              const facts = await Promise.all(device.facts.map((each) => readFacts(each, device.pins[each.programme])));
              const altered = { ...device.facts[0], text: device.facts[0].text.replace('"v":1', '"v":2') };
              const pin = device.pins[device.facts[0].programme];
              return [
                (await authenticate(good, facts)).valueCents,
                await authenticate(forged, facts).catch((fault) => fault.code),
                await readFacts(altered, pin).catch((fault) => fault.code),
              ];
            }""",
            [text, counterfeit(text)],
        )
        assert answers == [1000, "counterfeit", "facts-forged"]
