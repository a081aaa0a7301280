"""The books a closed campaign leaves to its accountants: year by year, frozen where the year is over."""

from datetime import datetime
from pathlib import Path
from uuid import uuid4

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.settlement import operations as settlement
from carnet.settlement import queries
from carnet.settlement.queries import BookPage
from carnet.settlement.rules import Book, BookPeriod, book_period
from carnet.web.statements import book_csv, book_pdf, words


def keep_books(programme_id: int, agreement_id: int, out: Path, *, at: datetime) -> list[Path]:
    """Write the four books of each year of an agreement, PDF and CSV, drawn up for good where the year is over; return their paths.

    Each must be equal to the ledger: a campaign that cannot say what it did with its money did not end.
    """
    actor = Actor.system("campaign", programme_ids={programme_id})
    first = funding.agreement(actor, agreement_id, at=at).signed_on.year
    written: list[Path] = []
    for year in range(first, legal_day(at).year + 1):
        for book in Book:
            page = _book(actor, agreement_id, book, book_period(str(year)), at)
            assert page.is_equal, [each for each in page.reckonings if not each.is_equal]
            folder = out / "comptes" / str(year)
            folder.mkdir(parents=True, exist_ok=True)
            for ending, content in (("pdf", book_pdf(page)), ("csv", book_csv(page))):
                path = folder / f"{words.file_name(page)}.{ending}"
                path.write_bytes(content)
                written.append(path)
    return written


def _book(actor: Actor, agreement_id: int, book: Book, period: BookPeriod, at: datetime) -> BookPage:
    if not period.is_over(at):
        return queries.book_of(actor=actor, agreement_id=agreement_id, book=book, period=period, at=at)
    book_id = settlement.draw_up_book(agreement_id=agreement_id, book=book, period=period, actor=actor, request_id=uuid4(), at=at)
    return queries.kept_book(actor=actor, book_id=book_id)
