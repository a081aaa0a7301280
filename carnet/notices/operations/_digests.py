"""The weekly round: one letter to each person who has something to read, once, however often the round is begun again."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from carnet.notices import access
from carnet.notices.models import DigestRefusal, DigestWeek
from carnet.notices.operations._announcements import Reader
from carnet.notices.operations._letters import post
from carnet.notices.rules.digests import Section, worth_sending


def begin_digests(*, week_on: date, people_count: int, at: datetime) -> None:
    """Open the round of a week, or take it up again: its progress is kept. Call it seeing everything."""
    row, _made = DigestWeek.objects.get_or_create(week_on=week_on, defaults={"begun_at": at, "people_count": people_count})
    if row.people_count != people_count:
        DigestWeek.objects.filter(id=row.id).update(people_count=people_count)


@transaction.atomic
def post_digest(*, reader: Reader, week_on: date, sections: Sequence[Section], context: dict[str, Any], at: datetime) -> bool:
    """Post one person's letter of the week, unless there is nothing to say; whether it was posted now. Call it seeing everything.

    The person's row of that week and the letter are one transaction: whatever runs twice, they are written to once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_digest (person_id, week_on, made_at, section_count) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (person_id, week_on) DO NOTHING RETURNING id",
            [reader.person_id, week_on, at, len(worth_sending(sections))],
        )
        if cursor.fetchone() is None:
            return False
    said = worth_sending(sections)
    if said:
        told = {**context, "sections": [{"title": each.title, "lines": list(each.lines)} for each in said], "week_on": week_on}
        post(kind="notices.digest", to_email=reader.email, context=told, language=reader.language, at=at)
    DigestWeek.objects.filter(week_on=week_on).update(done_count=F("done_count") + 1, sent_count=F("sent_count") + int(bool(said)))
    return bool(said)


def finish_digests(*, week_on: date, at: datetime) -> None:
    """The round of a week is over. Call it seeing everything."""
    DigestWeek.objects.filter(week_on=week_on, finished_at=None).update(finished_at=at)


@transaction.atomic
def choose_digest(*, person_id: int, is_wanted: bool, at: datetime) -> None:
    """Turn one's weekly letter on or off. Said again, it changes nothing."""
    with access.of_person(person_id):
        if is_wanted:
            DigestRefusal.objects.filter(person_id=person_id).delete()
        elif not DigestRefusal.objects.filter(person_id=person_id).exists():
            DigestRefusal.objects.create(person_id=person_id, refused_at=at)
