"""Announcements that go by e-mail: to everybody of their roles, once."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from carnet.gateways.database import acting_as_everything
from carnet.jobs import audience
from carnet.notices import operations
from carnet.notices import queries as notices
from carnet.notices.operations import Reader


def mail(*, at: datetime) -> int:
    """Post every announcement that is to go by e-mail and has not gone; return how many letters."""
    posted = 0
    with acting_as_everything(why="people of every organisation of a programme are written to"):
        for waiting in notices.announcements_to_mail(at=at):
            people = {each.person_id: each for each in audience.people_of(waiting.programme_ids, waiting.roles, at=at)}
            readers = [Reader(each.person_id, each.email, each.language) for each in people.values()]
            posted += operations.mail_announcement(announcement_id=waiting.id, readers=readers, at=at)
    return posted


@app.periodic(cron="*/5 * * * *")
@app.task(name="notices.mail-announcements", queue="notices", queueing_lock="notices.mail-announcements")
def mail_every_five_minutes(timestamp: int) -> None:
    """The timer."""
    mail(at=timezone.now())
