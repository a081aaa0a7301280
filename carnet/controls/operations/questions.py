"""Questions by consent: asked of a few after a lesson, answered by text or on a page, forgotten. Who answered is never kept with the answer."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from carnet.controls.models import Question
from carnet.controls.queries.questions import Lesson, lessons_to_ask_about, open_question
from carnet.controls.rules.questions import ASKED_OF_A_HUNDRED, OPEN_DAYS, Answer, QuestionOver, is_chosen, read_answer
from carnet.distribution import operations as distribution
from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import legal_day
from carnet.kernel.text_messages import is_a_day_to_write, is_an_hour_to_write
from carnet.places import queries as places

KIND = "controls.question"
PLACE_LENGTH = 60
_WHY = "whoever answers a question is of no tenant"


def ask_after_lessons(
    *, programme_id: int, link: Callable[[str], str], request_id: UUID, at: datetime, of_a_hundred: int = ASKED_OF_A_HUNDRED
) -> int:
    """Ask a few of those who agreed whether they were at the lesson their voucher paid, some days later; return how many were asked.

    Chosen by chance, likelier where signals exist. `link` makes an address of a token. Without a gateway of texts, at night, on a Sunday or a
    holiday, nobody is asked. Call it seeing everything.
    """
    if not (sms.is_offered() and is_an_hour_to_write(at) and is_a_day_to_write(legal_day(at))):
        return 0
    return sum(
        _ask(programme_id, lesson, link, request_id, at)
        for lesson in lessons_to_ask_about(programme_id, today=legal_day(at))
        if is_chosen(secrets.randbelow(100), weight=lesson.weight, of_a_hundred=of_a_hundred)
    )


@transaction.atomic
def _ask(programme_id: int, lesson: Lesson, link: Callable[[str], str], request_id: UUID, at: datetime) -> bool:
    token, today = secrets.token_urlsafe(16), legal_day(at)
    place = places.names_of([lesson.place_id]).get(lesson.place_id, "")[:PLACE_LENGTH]
    context = {"place": place, "attended_on": lesson.attended_on, "link": link(token)}
    if not distribution.send_question(contact_id=lesson.contact_id, kind=KIND, context=context, request_id=request_id, at=at):
        return False
    Question.objects.create(
        programme_id=programme_id,
        organisation_id=lesson.organisation_id,
        place_id=lesson.place_id,
        attended_on=lesson.attended_on,
        weight=lesson.weight,
        contact_id=lesson.contact_id,
        token_hash=_hashed(token),
        asked_on=today,
        closes_on=today + timedelta(days=OPEN_DAYS),
    )
    return True


@transaction.atomic
def answer_by_link(*, token: str, answer: Answer, at: datetime) -> None:
    """Keep what was answered on the page, and forget who. Nothing is written in the journal: a moment would tell. Raises: QuestionOver."""
    with acting_as_everything(why=_WHY):
        row = open_question(_hashed(token), at=at, lock=True)
        if row is None:
            raise QuestionOver
        _close(row, answer, at)


@transaction.atomic
def stop_by_link(*, token: str, request_id: UUID, at: datetime) -> None:
    """Forget the question and erase the number it was sent to, reminders included. Raises: QuestionOver."""
    with acting_as_everything(why=_WHY):
        row = open_question(_hashed(token), at=at, lock=True)
        if row is None or row.contact_id is None:
            raise QuestionOver
        distribution.stop_contact(contact_id=row.contact_id, request_id=request_id, at=at)
        _close(row, None, at)


@transaction.atomic
def answer_by_text(*, sender: str, text: str, at: datetime) -> bool:
    """Take an answer sent by text message; whether it was one. Anything but yes, no or I don't know is left to others, STOP included."""
    answer, number = read_answer(text), distribution.read_number(sender)
    if answer is None or number is None:
        return False
    return _answer_of(number, answer, at)


def _answer_of(number: PhoneNumber, answer: Answer, at: datetime) -> bool:
    with acting_as_everything(why=_WHY):
        ids = distribution.contacts_of_number(number)
        rows = Question.objects.select_for_update(of=("self",)).filter(contact_id__in=ids, closes_on__gt=legal_day(at))
        row = rows.order_by("-id").first()
        if row is not None:
            _close(row, answer, at)
    return row is not None


@transaction.atomic
def forget_questions(*, at: datetime) -> int:
    """Close what nobody answered in time, and forget whom it was asked; return how many. Call it seeing everything."""
    return Question.objects.filter(closed_on=None, closes_on__lte=legal_day(at)).update(
        contact_id=None, token_hash=None, closed_on=legal_day(at)
    )


def _close(row: Question, answer: Answer | None, at: datetime) -> None:
    row.answer, row.contact_id, row.token_hash = answer.value if answer else None, None, None
    row.closed_on = legal_day(at)
    row.save(update_fields=["answer", "contact_id", "token_hash", "closed_on"])


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
