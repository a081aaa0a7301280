"""Questions by consent: every hour of the day a few people are asked about a lesson; every night what nobody answered is forgotten."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.controls.operations import questions
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything

WHY = "those who agreed to be asked are looked at alike, whatever their desk"


def link_of(token: str) -> str:
    """The address of a question, as a text message carries it."""
    return f"{settings.BASE_URL}/q/{token}"


def ask(*, at: datetime) -> int:
    """Ask a few people, programme by programme; return how many were asked."""
    asked = 0
    for programme in funding.programmes():
        with acting_as_everything(why=WHY):
            asked += questions.ask_after_lessons(programme_id=programme.id, link=link_of, request_id=uuid4(), at=at)
    return asked


# Once a day, at an hour when everybody is up: whoever was not chosen today may be tomorrow, as long as the lesson is recent.
@app.periodic(cron="20 10 * * *")
@app.task(name="controls.ask-after-lessons", queue="timers", queueing_lock="controls.ask-after-lessons")
def ask_every_day(timestamp: int) -> None:
    """The timer of questions."""
    ask(at=timezone.now())


@app.periodic(cron="45 3 * * *")
@app.task(name="controls.forget-questions", queue="timers", queueing_lock="controls.forget-questions")
def forget_every_night(timestamp: int) -> None:
    """The timer that forgets whom a question was asked."""
    with acting_as_everything(why=WHY):
        questions.forget_questions(at=timezone.now())
