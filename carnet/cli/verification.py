"""Prove that nothing was lost: recompute every figure and every seal from the rows."""

import dataclasses
from typing import TYPE_CHECKING

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, complain, give, say
from carnet.cli.speech import gettext as _
from carnet.gateways import checks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from carnet.journal.queries import Verification
    from carnet.journal.rules import Named


def register(app: typer.Typer) -> None:
    ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    ledger.command("verify", help=_("Recalculer chaque règle du grand livre et nommer ce qui y contrevient."))(verify_ledger)
    app.add_typer(ledger, name="ledger", help=_("Le grand livre des chèques et de l’argent."))
    journal = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    journal.command("verify", help=_("Recalculer les sceaux du journal et nommer la partie pas encore scellée."))(verify_journal)
    app.add_typer(journal, name="journal", help=_("Le journal : qui a fait quoi, quand."))


def ledger_faults() -> "list[Named]":
    """Every rule of the ledger that its rows break; the installation is loaded."""
    from carnet.gateways.database import acting_as_everything
    from carnet.jobs import verification
    from carnet.journal.rules import What

    with acting_as_everything(why=verification.WHY):
        return [fault for step in verification.steps_of(What.LEDGER) for fault in step()]


def verify_ledger(as_json: AsJson = False) -> None:
    with installation():
        began = _now()
        faults = ledger_faults()
        _note(checks.LEDGER, faults, began)
    if as_json:
        give({"verified": not faults, "faults": [dataclasses.asdict(fault) for fault in faults]})
    elif not faults:
        say(_("Le grand livre est exact : aucun centime ne manque."))
    for fault in () if as_json else faults:
        complain(_("%(where)s : %(what)s (règle %(invariant)s)") % dataclasses.asdict(fault))
    if faults:
        raise typer.Exit(1)


def _now() -> "datetime":
    from carnet.web import clock

    return clock.now()


def _note(name: str, found: "Sequence[Named]", began: "datetime") -> None:
    """For the doctor, for monitoring and for the operators' pages, which read when it was last asked and what was found."""
    from django.conf import settings

    from carnet.gateways.database import acting_as_everything
    from carnet.journal import operations as journal
    from carnet.journal.rules import What

    at = _now()
    checks.note_checked(settings.VAR_DIR, name, fault_count=len(found), at=at)
    with acting_as_everything(why="a verification is of the whole installation"):
        journal.note_verification(what=What(name), found=found, begun_at=began, at=at)


def journal_found() -> "Verification":
    """Every seal against its rows; the installation is loaded."""
    from carnet.gateways.database import acting_as_everything
    from carnet.journal import queries

    with acting_as_everything(why="verification recomputes every seal"):
        return queries.verify()


def verify_journal(as_json: AsJson = False) -> None:
    from carnet.journal.rules import Named

    with installation():
        began = _now()
        found = journal_found()
        _note(checks.JOURNAL, [Named("seal", f"{each.table} {each.row or each.block}", each.what) for each in found.breaks], began)
    if as_json:
        give({"verified": not found.breaks, **dataclasses.asdict(found)})
    elif not found.breaks:
        say(_("Le journal est intact : %(rows)d lignes en %(blocks)d blocs scellés.") % {"rows": found.rows, "blocks": found.blocks})
        for table, rows in found.tail.items():
            say(_("%(table)s : %(rows)d lignes pas encore scellées.") % {"table": table, "rows": rows})
    for problem in () if as_json else found.breaks:
        complain(str(problem))
    if found.breaks:
        raise typer.Exit(1)
