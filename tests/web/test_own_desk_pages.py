"""What a structure does for what people see by themselves: the paper printed once, the letters, consent by text message from end to end."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.gateways.sms import DoubleGateway
from carnet.jobs import mandates as jobs
from carnet.jobs.texts import send_texts, text_of
from carnet.kernel.text_messages import TEXT_UNITS_MAX, segments, units
from carnet.mandates import access
from carnet.mandates import operations as mandates
from carnet.mandates.models import Draft, Mandate, Telling
from carnet.mandates.operations import Known
from carnet.mandates.operations.consents import Asking, Reply
from carnet.mandates.rules import Duration, Family, PersonNumber
from carnet.mandates.rules.consents import Answer
from carnet.notices.operations import TextToSend
from carnet.web.own import texts
from tests.mandates.conftest import aid, lasting_helping  # noqa: F401 - fixtures
from tests.mandates.helping import AMINA, SUBJECT, Helping
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db
PHONE = "+33612345678"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def helper(aid: Helping, person_with: Callable[..., tuple[int, int, str]]) -> Client:  # noqa: F811
    _person, _organisation, email = person_with("HELPER", organisation_id=aid.structure_id)
    return come_in(Client(), email)


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:500])
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def text_in(text: str, *, number: str = PHONE) -> None:
    payload = {"messageId": "x", "message": text, "phoneNumber": number, "simNumber": 1, "receivedAt": "2026-03-03T11:00:00.000+01:00"}
    body = json.dumps({"deviceId": "d", "event": "sms:received", "id": str(uuid4()), "payload": payload, "webhookId": "w"}).encode()
    said = sms.signed(body, key=site.SMS_SIGNING_KEY, timestamp=int(timezone.now().timestamp()))
    headers = {"X-Timestamp": said.timestamp, "X-Signature": said.signature}
    answer = Client(enforce_csrf_checks=True).post("/sms/incoming/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200


def received(number: str = PHONE) -> list[str]:
    send_texts(at=timezone.now())
    return DoubleGateway(site.VAR_DIR / "sms").to(number)


def test_the_paper_with_its_code_is_printed_once_then_renewed(aid: Helping, helper: Client) -> None:  # noqa: F811
    signed = aid.sign(at=timezone.now())
    desk, act = (reverse(name, args=[signed.person_id]) for name in ("own:paper-desk", "own:paper-act"))
    assert "Imprimer le mandat avec le code" in page(helper.get(desk))
    answer = helper.post(reverse("own:paper-print", args=[signed.person_id]), {"request_id": uuid4()})
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert "Il ne s’imprime qu’une fois" in page(helper.get(desk))
    assert helper.post(reverse("own:paper-print", args=[signed.person_id]), {"request_id": uuid4()})["Location"] == desk
    helper.post(act, {"request_id": uuid4(), "renew": "1"})
    assert "Imprimer le mandat avec le code" in page(helper.get(desk))


def test_a_locked_paper_is_unlocked_in_one_tap(aid: Helping, helper: Client) -> None:  # noqa: F811
    signed, visitor = aid.sign(at=timezone.now()), Client()
    with acting_as_everything(why="read what the paper says"):
        code = access.person_code(PersonNumber(Mandate.objects.get(id=signed.id).person.number)).printed()
    for typed in ["2222-2222-2222"] * 5:
        visitor.post(reverse("own:paper"), {"number": signed.number, "code": typed, "request_id": uuid4()})
    assert visitor.post(reverse("own:paper"), {"number": signed.number, "code": code, "request_id": uuid4()}).status_code == 422
    assert "Débloquer ce papier" in page(helper.get(reverse("own:paper-desk", args=[signed.person_id])))
    helper.post(reverse("own:paper-act", args=[signed.person_id]), {"request_id": uuid4(), "unlock": "1"})
    assert visitor.post(reverse("own:paper"), {"number": signed.number, "code": code, "request_id": uuid4()}).status_code == 302
    file = visitor.get(reverse("own:mandate-file", args=[signed.number.removeprefix("M-").replace("-", "")]))
    assert file.content[:5] == b"%PDF-"
    assert visitor.get(reverse("own:stopped-file", args=[signed.number.removeprefix("M-").replace("-", "")])).status_code == 404


def test_letters_wait_are_read_and_leave_the_list(aid: Helping, helper: Client) -> None:  # noqa: F811
    signed = aid.sign(Family.MONEY, at=timezone.now())
    with acting_as_everything(why="a letter waits"):
        row = Telling.objects.create(
            organisation_id=aid.structure_id, person_id=signed.person_id, mandate_id=signed.id, about="MONEY", until_use_id=1,
            about_on=timezone.now().date(), procedures=["taxes"], told_by="LETTER", made_at=timezone.now(),
        )  # fmt: skip
    shown = page(helper.get(reverse("own:letters")))
    assert AMINA.name in shown
    assert "déclarer ou payer mes impôts" in shown
    helper.post(reverse("own:letter-done", args=[row.id]), {"request_id": uuid4(), "posted": "1"})
    assert "Aucune lettre à envoyer" in page(helper.get(reverse("own:letters")))


def test_an_operator_opens_it_a_person_says_yes_by_text_and_a_helper_signs(
    aid: Helping,  # noqa: F811
    helper: Client,
    person_with: Callable[..., tuple[int, int, str]],
) -> None:
    draft_id = drafted(aid)
    consent, ask = reverse("own:consent", args=[draft_id]), {"number": "06 12 34 56 78", "ask": "1"}
    assert "n’a pas ouvert l’accord" in page(helper.get(consent))
    assert "n’a pas ouvert l’accord" in page(helper.post(consent, ask | {"request_id": uuid4()}), 422)
    _person, _organisation, email = person_with("OPERATOR_ADMIN", organisation_id=aid.operator_id)
    admin, setting = come_in(Client(), email), reverse("own:remote", args=[aid.programme_id])
    assert "Fermé" in page(admin.get(setting))
    admin.post(setting, {"request_id": uuid4(), "on": "1"})
    assert "Ouvert" in page(admin.get(setting))
    assert helper.post(consent, ask | {"request_id": uuid4()})["Location"] == consent
    recap, question = received()
    assert "Médiathèque veut faire des démarches pour vous" in recap
    assert "Répondez OUI ou NON" in question
    waiting = page(helper.get(consent))
    assert "En attente de la réponse" in waiting
    assert 'http-equiv="refresh"' in waiting
    text_in("peut-etre")
    assert received()[-1] == "Nous n'avons pas compris. Répondez seulement OUI ou NON."
    text_in("Oui.")
    assert received()[-1].startswith("Merci. Vous avez dit oui à Médiathèque.")
    assert "La personne a dit oui" in page(helper.get(consent))
    assert helper.post(consent, {"request_id": uuid4(), "protection": "NONE", "sign": "1"})["Location"] == consent
    done = page(helper.get(consent))
    assert "Le mandat est signé" in done
    assert "La personne a répondu oui" in done
    assert recap in done.replace("&#x27;", "'")
    with acting_as_everything(why="look"):
        assert Mandate.objects.get(id=Draft.objects.get(id=draft_id).mandate_id).consent == "SMS"


def drafted(aid: Helping) -> int:  # noqa: F811
    at = timezone.now() - timedelta(minutes=30)  # before the helper proved a second factor
    actor = aid.helper(at=at)
    with acting_as_everything(why="a test prepares"):
        draft_id = mandates.open_draft(
            families=["work", "money"], duration=Duration.YEAR, language="fr", actor=actor, request_id=uuid4(), at=at
        )
        mandates.identify_draft(draft_id=draft_id, identity=AMINA, subject=SUBJECT, acr="eidas1", actor=actor, request_id=uuid4(), at=at)
    return int(draft_id)


def test_every_text_is_of_the_telephones_alphabet_and_short() -> None:
    at = datetime(2026, 8, 12, 9, 30, tzinfo=timezone.get_current_timezone())
    for language in ("fr", "en"):
        asked = Asking("Médiathèque Jacques Prévert", "02 40 12 34 56", tuple(Family), Duration.SEMESTER, at, language)
        replies = [
            Reply(answer, is_late, asked.organisation, asked.phone, language) for answer in Answer for is_late in (False, True)
        ]  # fmt: skip
        recap, question = texts.asking(asked)
        assert segments(recap) <= 3, recap
        for each in (question, *(texts.reply(reply) for reply in replies)):
            assert units(each) <= TEXT_UNITS_MAX, each
        for kind in ("mandates.used-for-money", "mandates.ends-soon"):
            context = {"organisation": asked.organisation, "phone": asked.phone, "said_on": "2026-12-12"}
            assert units(text_of(TextToSend(PHONE, kind, language, context, "r"))) <= TEXT_UNITS_MAX


def test_the_timers_tell_and_forget(aid: Helping) -> None:  # noqa: F811
    noon = datetime(2026, 3, 12, 11, 0, tzinfo=timezone.get_current_timezone())
    aid.sign(Family.WORK, known=Known(AMINA, SUBJECT, contact=PHONE), at=noon)
    later = noon + timedelta(days=26)
    assert jobs.tell(at=later).texts == 1
    assert jobs.tell(at=later).texts == 0
    send_texts(at=later)
    (told,) = DoubleGateway(site.VAR_DIR / "sms").to(PHONE)
    assert told.startswith("Médiathèque peut agir pour vous jusqu'au 11 avril 2026.")
    assert jobs.forget(at=later) == (0, 0)
