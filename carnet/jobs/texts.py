"""Sending text messages: at once when one is posted, every minute for what could not go; and forgetting who wrote."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.gateways.deadlines import Round
from carnet.jobs.wording import text_words
from carnet.notices import operations as notices
from carnet.notices.operations import TextToSend
from carnet.redemption import operations

# How long a silent gateway may hold a round up: the timers behind it, and the next round, are for everybody.
PATIENCE_SECONDS = 20.0


def send_texts(*, at: datetime) -> tuple[int, int]:
    """Send what waits through this installation's gateway; return (sent, failed)."""
    gateway = sms.gateway()
    answering, telling = Round(patience_seconds=PATIENCE_SECONDS), Round(patience_seconds=PATIENCE_SECONDS)

    def answer(to: str, text: str, reference: str) -> None:
        answering.send(lambda: gateway.send(to=to, text=text, reference=reference))

    def tell(each: TextToSend) -> None:
        text = text_of(each)
        telling.send(lambda: gateway.send(to=each.to, text=text, reference=each.reference))

    answers = operations.send_texts(send=answer, at=at)
    told = notices.send_texts(send=tell, at=at)
    return answers[0] + told[0], answers[1] + told[1]


def text_of(notice: TextToSend) -> str:
    """Write one text message in its reader's language: in its programme's own words, else from a template named after its kind."""
    return text_words(notice.kind, notice.context, language=notice.language)


@app.task(name="redemption.send-texts", queue="notices")
def send_now() -> None:
    """Somebody waits at a counter."""
    send_texts(at=timezone.now())


def enqueue() -> None:
    """Ask for the outbox to be sent, in the caller's transaction."""
    send_now.defer()


@app.periodic(cron="* * * * *")
@app.task(name="redemption.send-texts-again", queue="notices", queueing_lock="redemption.send-texts-again")
def send_every_minute(timestamp: int) -> None:
    """What the gateway did not take is tried again; numbers of strangers are forgotten after a day."""
    if sms.is_offered():
        send_texts(at=timezone.now())
    with acting_as_everything(why="numbers of no tenant are forgotten everywhere"):
        operations.forget_strangers(at=timezone.now())
