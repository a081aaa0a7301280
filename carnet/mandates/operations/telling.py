"""A person is told of uses for money matters, and that a mandate is about to end: by text message, or by a letter the structure posts. Once each.

A timer calls `tell` as often as it likes: what was told is a row the database refuses to write twice, in the transaction that posts the text.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q

from carnet.funding import queries as funding
from carnet.gateways import sms
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.kernel.text_messages import is_an_hour_to_write
from carnet.mandates import access
from carnet.mandates.models import Mandate, Structure, Telling, Use
from carnet.mandates.operations._notes import note
from carnet.mandates.rules import MONEY_FAMILIES, Duration, last_day
from carnet.mandates.rules.telling import (
    LETTER_STALE,
    MONEY_TOLD_WITHIN,
    TOLD_BEFORE_DAYS,
    About,
    ToldBy,
    is_told_of_end,
    is_told_of_money,
    mobile,
    money_day,
    spoken,
)
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.parties.rules import check_may

WHY = "people of every structure are told alike"
ABOUT_KINDS = {About.MONEY: "mandates.used-for-money", About.ENDING: "mandates.ends-soon"}


@dataclass(frozen=True, slots=True)
class Told:
    """What one round did."""

    texts: int = 0
    letters: int = 0

    def __add__(self, other: "Told") -> "Told":
        return Told(self.texts + other.texts, self.letters + other.letters)


def tell(*, at: datetime, limit: int = 500) -> Told:
    """Tell whoever is due, each mandate in a transaction of its own; return how many texts were posted and letters made.

    Nobody is written to at night, on a Sunday or on a holiday: what is due then waits. `limit`: mandates looked at, of each kind.
    """
    if not is_an_hour_to_write(at):
        return Told()
    with acting_as_everything(why=WHY):
        money, ending = _due_of_money(at, limit), _due_of_end(at, limit)
    total = Told()
    for mandate_id in money:
        total += _tell_one(mandate_id, About.MONEY, at)
    for mandate_id in ending:
        total += _tell_one(mandate_id, About.ENDING, at)
    return total


def _due_of_money(at: datetime, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT u.mandate_id FROM mandates_use u WHERE u.family = ANY(%s) AND u.at > %s AND u.at <= %s"
            " AND NOT EXISTS (SELECT 1 FROM mandates_telling t WHERE t.mandate_id = u.mandate_id AND t.about = %s AND t.until_use_id >= u.id)"
            " ORDER BY u.mandate_id LIMIT %s",
            [[each.value for each in MONEY_FAMILIES], at - MONEY_TOLD_WITHIN, at, About.MONEY.value, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _due_of_end(at: datetime, limit: int) -> list[int]:
    today = legal_day(at)
    soon = Q()
    for duration, days in TOLD_BEFORE_DAYS.items():
        soon |= Q(duration=duration.value, ends_on__lte=today + timedelta(days=days))
    told = Telling.objects.filter(about=About.ENDING.value).values("mandate_id")
    rows = Mandate.objects.filter(soon, ended_at=None, ends_on__gt=today).exclude(id__in=told).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])


@transaction.atomic
def _tell_one(mandate_id: int, about: About, at: datetime) -> Told:
    with acting_as_everything(why=WHY):
        # Locked, so that a second round waits and then finds it told.
        mandate = Mandate.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(id=mandate_id)
        if mandate.person.ended_at is not None or mandate.person.sealed_identity is None:
            return Told()
        made = _told_of_money(mandate, at) if about is About.MONEY else _told_of_end(mandate, at)
        if made is None:
            return Told()
        phone = _mobile(access.contact_of(mandate.person))
        made.told_by, made.done_at = (ToldBy.TEXT.value, at) if phone else (ToldBy.LETTER.value, None)
        made.save(force_insert=True)
        if phone:
            _post(made, mandate, phone, at)
        return Told(texts=1) if phone else Told(letters=1)


def _told_of_money(mandate: Mandate, at: datetime) -> Telling | None:
    until = Telling.objects.filter(mandate_id=mandate.id, about=About.MONEY.value).aggregate(until=Max("until_use_id"))["until"] or 0
    families = [each.value for each in MONEY_FAMILIES]
    uses = [
        each
        for each in Use.objects.filter(mandate_id=mandate.id, family__in=families, id__gt=until).order_by("id")
        if is_told_of_money(used_at=each.at, at=at)
    ]
    if not uses:
        return None
    procedures = list(dict.fromkeys(each.procedure for each in uses))
    return _telling(mandate, About.MONEY, money_day([each.at for each in uses]), at, until_use_id=uses[-1].id, procedures=procedures)


def _told_of_end(mandate: Mandate, at: datetime) -> Telling | None:
    is_due = is_told_of_end(duration=Duration(mandate.duration), starts_on=mandate.starts_on, ends_on=mandate.ends_on, at=at)
    if mandate.ended_at is not None or not is_due or Telling.objects.filter(mandate_id=mandate.id, about=About.ENDING.value).exists():
        return None
    return _telling(mandate, About.ENDING, mandate.ends_on, at)


def _telling(
    mandate: Mandate, about: About, about_on: date, at: datetime, *, until_use_id: int = 0, procedures: list[str] | None = None
) -> Telling:
    return Telling(
        organisation_id=mandate.organisation_id, person_id=mandate.person_id, mandate_id=mandate.id, about=about.value, about_on=about_on,
        until_use_id=until_use_id, procedures=procedures or [], made_at=at,
    )  # fmt: skip


def _mobile(contact: str) -> str:
    """The number a text goes to; "" for a landline, for none, and where this installation sends no text."""
    if not contact or not sms.is_offered():
        return ""
    with suppress(PhoneNumberInvalid):
        return mobile(contact).text
    return ""


def _post(made: Telling, mandate: Mandate, phone: str, at: datetime) -> None:
    card = parties.organisation(mandate.organisation_id)
    said_on = made.about_on if made.about == About.MONEY.value else last_day(made.about_on)
    context = {"organisation": card.name, "phone": _phone_of(mandate.organisation_id, card.contact_phone), "said_on": said_on}
    language = mandate.person.language[:2] if mandate.person.language[:2] in ("fr", "en") else "fr"
    notices.post_text(kind=ABOUT_KINDS[About(made.about)], to=phone, language=language, context=context, by_day=True, at=at)


def _phone_of(organisation_id: int, own: str) -> str:
    """The number of whom to call: the structure's, else its programme's."""
    if not own:
        programme_id = Structure.objects.filter(organisation_id=organisation_id).values_list("programme_id", flat=True).first()
        own = funding.programme(programme_id).terms.phone if programme_id is not None else ""
    return spoken(own)


@transaction.atomic
def note_letter(*, telling_id: int, is_posted: bool, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A letter was posted, or will not be (the person was told otherwise). Raises: NotAllowed, LetterUnknown."""
    check_may(actor, "mandates.post-letters")
    row = access.kept_letter(actor, telling_id)
    row.done_at, row.done_by_id, row.is_posted = at, actor.person_id, is_posted
    row.save(update_fields=["done_at", "done_by_id", "is_posted"])
    facts = {"about": row.about, "is_posted": is_posted}
    note("person-told", ("mandate", row.mandate_id), row.organisation_id, facts, actor=actor, request_id=request_id, at=at)


def forget_letters(*, at: datetime) -> int:
    """Take off the list the letters nobody posted for a month; return how many."""
    with acting_as_everything(why=WHY):
        return Telling.objects.filter(done_at=None, made_at__lte=at - LETTER_STALE).update(done_at=at)
