"""An agreement's accounts as files: the same as the site's, PDF and CSV from one query."""

from pathlib import Path
from typing import Annotated, Any

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _


def register(app: typer.Typer) -> None:
    app.command(
        "statements",
        help=_("Écrire les comptes d’une convention (compte, stock, chèques, lieux payés) en PDF et en CSV, et les contrôler."),
    )(statements)


def statements(
    agreement: Annotated[int, typer.Argument(help=_("Numéro de la convention."))],
    period: Annotated[str, typer.Option("--period", help=_("Une année (2026), un trimestre (2026-T3) ou un mois (2026-07)."))],
    out: Annotated[Path, typer.Option("--out", help=_("Le dossier des fichiers."))],
    as_json: AsJson = False,
) -> None:
    with installation():
        written, equal = _write(agreement, period, out)
    if as_json:
        give({"files": written, "equal_to_the_ledger": equal})
    else:
        for name in written:
            say(name)
    if not equal:
        raise CommandFailed(_("Un compte n’est pas égal au grand livre : lancez « carnet ledger verify »."))


def _write(agreement_id: int, period: str, out: Path) -> tuple[list[str], bool]:
    from carnet.funding import access as funding
    from carnet.gateways.database import acting_as, acting_as_everything
    from carnet.kernel.actors import Actor
    from carnet.settlement import queries
    from carnet.settlement.rules import Book, book_period
    from carnet.web import clock
    from carnet.web.statements import book_csv, book_pdf, words

    at, chosen = clock.now(), book_period(period)
    with acting_as_everything(why="find whose agreement a command names"):
        programme_id = funding.operated_agreement(Actor.system("carnet statements"), agreement_id).programme_id
    actor = Actor.system("carnet statements", programme_ids={programme_id})
    written: list[str] = []
    equal = True
    with acting_as(actor):
        kept: dict[Any, int] = {
            each.book: each.id for each in queries.kept_books(actor=actor, agreement_id=agreement_id) if each.period == chosen
        }
        for book in Book:
            page = (
                queries.kept_book(actor=actor, book_id=kept[book])
                if book in kept
                else queries.book_of(actor=actor, agreement_id=agreement_id, book=book, period=chosen, at=at)
            )
            equal = equal and page.is_equal
            out.mkdir(parents=True, exist_ok=True)
            for ending, content in (("pdf", book_pdf(page)), ("csv", book_csv(page))):
                path = out / f"{words.file_name(page)}.{ending}"
                path.write_bytes(content)
                written.append(path.name)
    return written, equal
