"""Freezing accountants' books: once a period is over, its books are numbered and kept as they are."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import AccountBook
from carnet.settlement.queries import book_of, digest_of_book
from carnet.settlement.rules import Book, BookNotEqual, BookPeriod, check_period_over

DRAW_UP = "settlement.draw-up-books"


@transaction.atomic
def draw_up_book(*, agreement_id: int, book: Book, period: BookPeriod, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Freeze one book of an agreement for a period that is over; return its id. It takes the programme's next number.

    Raises:  NotAllowed, SecondFactorNeeded, AgreementUnknown, PeriodNotOver, BookNotEqual (never frozen before it equals the ledger).
    Repeat:  a book of that period drawn up before is given back as it is, whoever asks.
    """
    check_allowed_now(actor, DRAW_UP, at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    before = AccountBook.objects.filter(agreement_id=agreement_id, book=book, period=period.name).values_list("id", flat=True).first()
    if before is not None:
        return before
    check_period_over(period, at)
    page = book_of(actor=actor, agreement_id=agreement_id, book=book, period=period, at=at)
    for each in page.reckonings:
        if not each.is_equal:
            raise BookNotEqual(line=each.key)
    latest = AccountBook.objects.filter(programme_id=agreement.programme_id).aggregate(latest=Max("number"))["latest"] or 0
    number, content = latest + 1, page.as_json()
    row = AccountBook.objects.create(
        programme_id=agreement.programme_id,
        agreement_id=agreement_id,
        book=book,
        period=period.name,
        since=period.since,
        until=period.until,
        number=number,
        content=content,
        digest=digest_of_book(number, content),
        made_at=at,
        made_by_id=actor.person_id,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="settlement.book-drawn-up",
        subject=("book", row.id),
        facts={"agreement": agreement_id, "book": book.value, "period": period.name, "number": number, "digest": bytes(row.digest).hex()},
        programme_id=agreement.programme_id,
        request_id=request_id,
        at=at,
    )
    return row.id
