"""A monthly statement, made once and posted in the same transaction; who receives them."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.observatory.models import LetterChoice
from carnet.observatory.queries import Recipients, recipients_of
from carnet.observatory.rules import MonthlyFigures, checked_recipients, written
from carnet.parties.rules import check_may

# The database refuses the second one: whoever comes after inserts nothing, and posts nothing.
_INSERT = """
INSERT INTO observatory_monthlyletter (programme_id, agreement_id, funder_id, month_on, made_at, content, posted_count)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT (agreement_id, funder_id, month_on) DO NOTHING RETURNING id"""


@transaction.atomic
def write_letter(figures: MonthlyFigures, *, at: datetime) -> bool:
    """Keep a funder's statement of a month and post it to whom it named; return False when it was made before, by anybody.

    A funder that stopped them still finds it in its space. For background work, in the tenant of the programme and the funder.
    """
    to = recipients_of(figures.funder_id)
    posted_count = 0 if to.is_stopped else max(1, len(to.emails))
    letter_id = _insert(figures, posted_count, at)
    if letter_id is None:
        return False
    _post(figures, to, letter_id, at)
    journal.record(
        actor=Actor.system("monthly letters"),
        action="observatory.letter-made",
        subject=("monthly-letter", letter_id),
        facts={"agreement": figures.forecast.agreement_id, "month": figures.month_on.isoformat(), "posted": posted_count},
        programme_id=figures.forecast.programme_id,
        organisation_id=figures.funder_id,
        request_id=None,
        at=at,
    )
    return True


@transaction.atomic
def choose_recipients(*, emails: Sequence[str], language: str, is_stopped: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say who receives the monthly statements of one's organisation and in which language, or stop them; they stay in its space.

    No address: its contact, else its members. Raises: NotAllowed, RecipientsTooMany, RecipientWrong. Choosing again changes nothing more.
    """
    check_may(actor, "observatory.choose-letters")
    found = checked_recipients(emails)
    LetterChoice.objects.update_or_create(
        organisation_id=actor.organisation_id or 0,
        defaults={
            "is_stopped": is_stopped,
            "emails": [] if is_stopped else found,
            "language": "en" if language == "en" else "fr",
            "chosen_at": at,
            "chosen_by_id": actor.person_id,
        },
    )
    journal.record(
        actor=actor,
        action="observatory.letters-chosen",
        subject=("organisation", actor.organisation_id or 0),
        facts={"is_stopped": is_stopped, "addresses": len(found)},  # how many, never which
        organisation_id=actor.organisation_id,
        request_id=request_id,
        at=at,
    )


def _insert(figures: MonthlyFigures, posted_count: int, at: datetime) -> int | None:
    forecast = figures.forecast
    row = (
        forecast.programme_id,
        forecast.agreement_id,
        figures.funder_id,
        figures.month_on,
        at,
        json.dumps(written(figures)),
        posted_count,
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _post(figures: MonthlyFigures, to: Recipients, letter_id: int, at: datetime) -> None:
    if to.is_stopped:
        return
    context = {
        "letter_id": letter_id,
        "agreement_id": figures.forecast.agreement_id,
        "programme": figures.programme,
        "agreement": figures.agreement,
        "month_on": figures.month_on.isoformat(),
        "paid_cents": figures.at_end.paid - figures.before.paid,
        "used": figures.used_in_month,
    }
    for email in to.emails or ("",):
        notices.post(
            kind="observatory.monthly-letter",
            to_email=email,
            to_organisation_id=None if email else figures.funder_id,
            context=context,
            programme_id=figures.forecast.programme_id,
            language=to.language,
            at=at,
        )
