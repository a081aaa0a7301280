"""The pages of devices that accept without network, and the app itself: one page that knows nobody, a worker named by its contents."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from carnet.gateways.database import acting_as_everything
from carnet.redemption import access
from carnet.redemption.models import Device
from carnet.web.place import offline
from tests.factories.campaign import Campaign
from tests.redemption.offline import Tablet
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db
ENROL = "/place/devices/enrol/"


@pytest.fixture
def enter(ready: Campaign, person_with: Callable[..., tuple[int, int, str]]) -> Callable[..., Client]:
    def by(role: str) -> Client:
        organisation_id = ready.operator_id if role.startswith("OPERATOR") else ready.place_organisation_id
        _person, _organisation, email = person_with(role, organisation_id=organisation_id)
        return come_in(Client(), email)

    return by


def enrolled(client: Client, ready: Campaign, tablet: Tablet, **changes: object) -> Any:
    fields = {
        "request_id": str(uuid4()),
        "name": "Tablette de l’accueil",
        "place_id": ready.place_id,
        "public_key": base64.b64encode(tablet.public).decode(),
    }
    return client.post(ENROL, {**fields, **changes})


def send(tablet: Tablet, items: list[Any], *, language: str = "fr") -> Any:
    body = json.dumps({"device_now": timezone.now().isoformat(), "items": items}).encode()
    return Client().post(
        f"/api/v1/devices/{tablet.id}/uploads",
        body,
        content_type="application/json",
        headers={"Carnet-Signature": base64.b64encode(tablet.seal(body)).decode(), "Accept-Language": language},
    )


def item(tablet: Tablet, token: str) -> dict[str, str]:
    signed = tablet.accept(token, at=timezone.now(), facts_at=timezone.now())
    return {"text": signed.text, "signature": base64.b64encode(signed.signature).decode()}


class TestTheApp:
    def test_opens_for_anybody_knows_nobody_and_is_light(self, enter: Callable[..., Client], client: Client) -> None:
        for language, words in (("fr", "Accepter sans réseau"), ("en", "offline-words")):
            page = client.get(f"/place/offline/{language}/")
            assert page.status_code == 200
            assert words in page.content.decode()
            # The same for a stranger and for somebody signed in: what is kept on a device shows nobody.
            assert enter("PLACE_MANAGER").get(f"/place/offline/{language}/").content == page.content
            assert "sessionid" not in page.cookies
            assert "csrfmiddlewaretoken" not in page.content.decode()
        own = [content for address, content in offline.files().items() if "/packages/" not in address and "/en/" not in address]
        assert sum(len(content) for content in own) < 140_000
        assert len(page.content) < 30_000
        assert client.get("/place/offline/de/").status_code == 404
        assert client.get("/place/offline/")["Location"] == "/place/offline/fr/"

    def test_the_worker_keeps_files_that_exist_under_a_name_of_their_contents(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for address in ("/place/offline/worker.js", "/place/offline/waking-worker.js"):
            script = client.get(address)
            assert script["Content-Type"].startswith("text/javascript")
            assert f'const VERSION = "{offline.version()}"' in script.content.decode()
        files = json.loads(re.search(r"const FILES = (\[.*?\]);", script.content.decode())[1])  # type: ignore[index]
        assert {"/place/offline/fr/", "/place/offline/en/", "/static/place/offline/app.js", "/static/design/scanner.js"} <= set(files)
        assert all(offline.files().values())
        # Every module that a module asks for is kept too.
        folder = "/static/place/offline/"
        for name in offline.MODULES:
            code = offline.files()[f"{folder}{name}.js"].decode()
            for asked in re.findall(r'from "(\.[^"]+)"', code):
                assert ("/static/design/scanner.js" if asked.startswith("../") else folder + asked[2:]) in files
        before = offline.version()
        monkeypatch.setattr(offline, "_words", lambda: {"fault": "other words"})
        assert offline.version() != before

    def test_is_installable(self, client: Client) -> None:
        described = client.get("/place/offline/fr/app.webmanifest")
        manifest = described.json()
        assert described["Content-Type"] == "application/manifest+json"
        assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/place/offline/", "/place/offline/fr/", "standalone")
        assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]
        for size in offline.ICON_SIZES:
            png = offline.files()[f"/static/place/offline/icon-{size}.png"]
            assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (size, size)


class TestEnrolling:
    def test_a_manager_enrols_and_is_told_limits_and_signed_facts(self, ready: Campaign, enter: Callable[..., Client]) -> None:
        manager, tablet = enter("PLACE_MANAGER"), Tablet()
        assert "Enregistrer cet appareil" in manager.get(ENROL).content.decode()
        answer = enrolled(manager, ready, tablet)
        assert answer.status_code == 201
        told = answer.json()
        assert told["caps"] == {"count": 60, "cents": 60_000, "hours": 72}
        assert [each["programme"] for each in told["facts"]] == [ready.programme_id]
        tablet.id = told["device"]
        page = manager.get("/place/devices/").content.decode()
        assert "Tablette de l’accueil" in page
        assert "jamais" in page  # not seen online yet

    def test_what_is_wrong_is_said_in_words(self, ready: Campaign, enter: Callable[..., Client]) -> None:
        manager, tablet = enter("PLACE_MANAGER"), Tablet()
        for changes in ({"public_key": "AAAA"}, {"public_key": "é"}, {"name": ""}, {"place_id": 987_654_321}, {"name": "x" * 61}):
            answer = enrolled(manager, ready, tablet, **changes)
            assert answer.status_code == 422, changes
            assert len(answer.json()["sentence"]) > 10
        with acting_as_everything(why="look"):
            assert Device.objects.count() == 0

    def test_a_mediator_looks_and_does_not_enrol(self, enter: Callable[..., Client]) -> None:
        mediator = enter("MEDIATOR")
        assert mediator.get("/place/devices/").status_code == 200
        assert mediator.get(ENROL).status_code == 403


class TestFollowing:
    def test_refusals_are_told_at_home_in_the_list_and_to_the_operator_until_it_is_revoked(
        self, ready: Campaign, enter: Callable[..., Client], settings: Any
    ) -> None:
        manager, agent, tablet = enter("PLACE_MANAGER"), enter("OPERATOR_AGENT"), Tablet()
        tablet.id = enrolled(manager, ready, tablet).json()["device"]
        access.forget_place_keys()
        good = item(tablet, ready.token(0))
        forged = ready.token(1)[:60] + ("A" if ready.token(1)[60] != "A" else "B") + ready.token(1)[61:]
        answers = send(tablet, [good, item(tablet, forged)]).json()["answers"]
        assert [each["state"] for each in answers] == ["confirmed", "refused"]
        assert answers[0]["payable_on"]
        assert "Appelez l’opérateur au 02 40 00 00 00." in answers[1]["advice"]
        assert "1 passage sans réseau a été refusé" in manager.get("/place/").content.decode()
        for client, address in ((manager, f"/place/devices/{tablet.id}/"), (agent, f"/operator/devices/{tablet.id}/")):
            page = client.get(address).content.decode()
            assert "Confirmé" in page
            assert "Ce code ne correspond à aucun chèque" in page
        limits = {"request_id": str(uuid4()), "count": 5, "cents": "50,00", "hours": 24}
        assert agent.post(f"/operator/devices/{tablet.id}/limits/", limits)["Location"] == f"/operator/devices/{tablet.id}/"
        assert send(tablet, []).json()["caps"] == {"count": 5, "cents": 5_000, "hours": 24}
        too_much = agent.post(f"/operator/devices/{tablet.id}/limits/", {**limits, "count": 501})
        assert too_much.status_code == 422
        assert manager.get(f"/place/devices/{tablet.id}/revoke/").status_code == 200
        manager.post(f"/place/devices/{tablet.id}/revoke/", {"request_id": str(uuid4())})
        last = send(tablet, [item(tablet, ready.token(2))]).json()
        assert last["revoked_at"]
        assert last["facts"] == []
        assert last["answers"][0]["code"] == "device-revoked"
        assert "Révoqué" in agent.get("/operator/devices/").content.decode()

    def test_a_neighbour_sees_nothing(self, ready: Campaign, enter: Callable[..., Client], signed_in: Callable[[str], Client]) -> None:
        tablet = Tablet()
        tablet.id = enrolled(enter("PLACE_MANAGER"), ready, tablet).json()["device"]
        for role, address in (("PLACE_MANAGER", "place"), ("OPERATOR_ADMIN", "operator")):
            stranger = signed_in(role)
            assert "Tablette de l’accueil" not in stranger.get(f"/{address}/devices/").content.decode()
            assert stranger.get(f"/{address}/devices/{tablet.id}/").status_code == 404
            assert stranger.post(f"/{address}/devices/{tablet.id}/revoke/", {"request_id": str(uuid4())}).status_code in (404, 422)
        with acting_as_everything(why="look"):
            assert Device.objects.get(id=tablet.id).revoked_at is None


class TestUploading:
    @pytest.fixture
    def tablet(self, ready: Campaign, enter: Callable[..., Client]) -> Tablet:
        tablet = Tablet()
        tablet.id = enrolled(enter("PLACE_MANAGER"), ready, tablet).json()["device"]
        access.forget_place_keys()
        return tablet

    def test_a_changed_request_an_unknown_device_and_no_signature(self, ready: Campaign, tablet: Tablet) -> None:
        body = json.dumps({"device_now": "2026-03-03T10:00:00Z", "items": [item(tablet, ready.token(0))]}).encode()
        seal = base64.b64encode(tablet.seal(body)).decode()

        def post(number: object, raw: bytes, signature: str | None) -> Any:
            headers = {} if signature is None else {"Carnet-Signature": signature}
            return Client().post(f"/api/v1/devices/{number}/uploads", raw, content_type="application/json", headers=headers)

        assert post(tablet.id, body.replace(b"mailbox", b"printer"), seal).json()["code"] == "device-signature-invalid"
        assert post(tablet.id, body, None).status_code == 401
        assert post(tablet.id, body, "???").status_code == 401
        for number in (987_654_321, 2**63, 0):
            assert post(number, body, seal).json()["code"] == "device-unknown"
        assert post("x", body, seal).status_code == 404
        assert post(tablet.id, b'{"device_now": "yesterday", "items": []}', seal).json()["errors"][0]["code"] == "moment-expected"
        assert post(tablet.id, b"{" + b" " * 600_000, seal).json()["code"] == "body-too-large"
        assert post(tablet.id, body, seal).json()["answers"][0]["state"] == "confirmed"
        assert post(tablet.id, body, seal).json()["answers"][0]["repeated"] is True  # replayed: the first answer, once more

    def test_five_hundred_in_one_upload_and_answers_in_english(self, ready: Campaign, tablet: Tablet) -> None:
        items = [item(tablet, ready.token(0))] + [item(tablet, ready.token(0)) for _ in range(499)]
        answers = send(tablet, items, language="en").json()["answers"]
        assert len(answers) == 500
        assert answers[0]["state"] == "confirmed"
        assert {each["code"] for each in answers[1:]} <= {"voucher-already-redeemed", "held-back"}
        assert send(tablet, [*items, items[0]]).json()["code"] == "batch-too-large"
