"""The timers that forget photographs and strangers, and the task that sends text messages at once, each as a worker runs it."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.sms import DoubleGateway
from carnet.jobs import papers, texts
from carnet.redemption import operations
from carnet.redemption.models import OutgoingText, SheetPicture, Stranger
from carnet.redemption.rules import PICTURE_KEPT, STRANGER_EVERY
from tests.factories.campaign import LATER, campaign, rid
from tests.redemption.test_papers import photograph

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]


def test_the_worker_knows_them() -> None:
    app.perform_import_paths()
    assert {"redemption.erase-pictures", "redemption.send-texts", "redemption.send-texts-again"} <= set(app.tasks)


def test_photographs_are_erased_by_the_timer() -> None:
    with acting_as_everything(why="prepare a campaign"):
        ready = campaign()
    with acting_as(ready.mediator):
        (sheet,) = operations.open_sheets(place_id=ready.place_id, count=1, actor=ready.mediator, request_id=rid(), at=LATER)
        operations.add_picture(sheet_id=sheet.id, content=photograph(), actor=ready.mediator, request_id=rid(), at=LATER)
    for moment, kept in ((LATER + PICTURE_KEPT - timedelta(minutes=1), 1), (LATER + PICTURE_KEPT, 0)):
        with time_machine.travel(moment, tick=False):
            papers.erase_pictures(0)
        with acting_as_everything(why="look"):
            assert SheetPicture.objects.filter(erased_at__isnull=True).count() == kept


def test_messages_go_out_at_once_and_strangers_are_forgotten(tmp_path: Path) -> None:
    operations.answer_text(message_id="one", sender="+33639980042", text="AIDE", write=lambda _answer: ["who are you?"], at=LATER)
    with time_machine.travel(LATER, tick=False):
        texts.send_now()
    assert DoubleGateway(tmp_path / "sms").to("+33639980042") == ["who are you?"]
    assert OutgoingText.objects.count() == 0
    for moment, known in ((LATER, 1), (LATER + STRANGER_EVERY, 0)):
        with time_machine.travel(moment, tick=False):
            texts.send_every_minute(0)
        assert Stranger.objects.count() == known
