"""Whom a question may be asked of, the question somebody holds the link of, and what was answered: by place, never fewer than five."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from carnet.controls.access import samples as access
from carnet.controls.models import Question
from carnet.controls.queries.samples import noticed_at_places
from carnet.controls.rules.questions import LESSON_DAYS, Answer, Counted, QuestionOver, is_recent
from carnet.controls.rules.samples import weight_of
from carnet.distribution import queries as distribution
from carnet.distribution.rules.asking import ASKED_APART_DAYS
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Lesson:
    """The latest lesson that vouchers of a contact paid for. `weight`: how much likelier it is to be asked about."""

    contact_id: int
    organisation_id: int
    place_id: int
    attended_on: date
    weight: int


@dataclass(frozen=True, slots=True)
class AskedOf:
    """What the page of a question says: where, which day."""

    place_id: int
    attended_on: date


@dataclass(frozen=True, slots=True)
class PlaceAnswers:
    """The answers about one place; `counted` only when there are enough."""

    programme_id: int
    place_id: int
    asked: int
    counted: Counted | None


def lessons_to_ask_about(programme_id: int, *, today: date) -> list[Lesson]:
    """For each contact that may be asked, its latest lesson of the last days. Call it seeing everything."""
    noticed = noticed_at_places(programme_id, today - timedelta(days=60), today + timedelta(days=1))
    found: list[Lesson] = []
    after = 0
    while True:
        contacts = distribution.contacts_to_ask(programme_id, asked_before=today - timedelta(days=ASKED_APART_DAYS), after_id=after)
        if not contacts:
            return found
        for each in contacts:
            spent = _latest_lesson(each, today)
            if spent is not None:
                organisation_id, place_id, attended_on = spent
                found.append(Lesson(each.contact_id, organisation_id, place_id, attended_on, weight_of(noticed.get(place_id, 0))))
        after = contacts[-1].contact_id


def _latest_lesson(contact: distribution.MayBeAsked, today: date) -> tuple[int, int, date] | None:
    series = ledger.series(contact.series_id)
    first = series.first_voucher_id + (contact.first_booklet_id - series.first_booklet_id) * series.booklet_size
    last = series.first_voucher_id + (contact.last_booklet_id + 1 - series.first_booklet_id) * series.booklet_size - 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.organisation_id, r.place_id, r.attended_on FROM redemption_redemption r WHERE r.series_id = %(series)s"
            " AND r.voucher_id BETWEEN %(first)s AND %(last)s AND (%(whole)s OR r.voucher_id = ANY(%(vouchers)s)) AND r.attended_on >= %(since)s"
            " AND NOT EXISTS (SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id AND x.voucher_id = r.voucher_id"
            " AND x.generation = r.generation) ORDER BY r.attended_on DESC, r.at DESC LIMIT 1",
            {
                "series": series.id, "first": first, "last": last, "whole": not contact.voucher_ids, "vouchers": list(contact.voucher_ids),
                "since": today - timedelta(days=LESSON_DAYS),
            },
        )  # fmt: skip
        row: tuple[int, int, date] | None = cursor.fetchone()
    return row if row is not None and is_recent(row[2], today=today) else None


def open_question(token_hash: bytes, *, at: datetime, lock: bool = False) -> Question | None:
    """The question somebody holds the link of, while it is open. Call it seeing everything."""
    rows = Question.objects.select_for_update(of=("self",)) if lock else Question.objects.all()
    return rows.filter(token_hash=token_hash, closed_on=None, closes_on__gt=legal_day(at)).first()


def asked_of(token: str, *, at: datetime) -> AskedOf:
    """What somebody who holds a link is asked. Raises: QuestionOver."""
    with acting_as_everything(why="whoever holds the link of a question is of no tenant"):
        row = open_question(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(), at=at)
    if row is None:
        raise QuestionOver
    return AskedOf(row.place_id, row.attended_on)


def answers(actor: Actor, programme_ids: Collection[int]) -> list[PlaceAnswers]:
    """What was answered about each place of programmes the actor runs or audits; counts from five answers on. Raises: NotAllowed."""
    check_may(actor, access.SEE)
    seen = {each.id for each in funding.programmes(actor.programme_ids)} & set(programme_ids)
    rows = Question.objects.filter(programme_id__in=seen).values_list("programme_id", "place_id").order_by("programme_id", "place_id")
    counted = rows.annotate(
        asked=Count("id"),
        yes=Count("id", filter=Q(answer=Answer.YES.value)),
        no=Count("id", filter=Q(answer=Answer.NO.value)),
        unknown=Count("id", filter=Q(answer=Answer.UNKNOWN.value)),
    )
    return [_of_place(*row) for row in counted]


def _of_place(programme_id: int, place_id: int, asked: int, yes: int, no: int, unknown: int) -> PlaceAnswers:
    counted = Counted(asked, yes, no, unknown)
    return PlaceAnswers(programme_id, place_id, asked, counted if counted.is_shown else None)
