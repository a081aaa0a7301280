"""Prove that nothing was lost: recompute every figure and every seal from the rows."""

import dataclasses
from typing import TYPE_CHECKING

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, complain, give, say
from carnet.cli.speech import gettext as _
from carnet.gateways import checks

if TYPE_CHECKING:
    from carnet.journal.queries import Verification
    from carnet.ledger.rules import Fault


def register(app: typer.Typer) -> None:
    ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    ledger.command("verify", help=_("Recalculer chaque règle du grand livre et nommer ce qui y contrevient."))(verify_ledger)
    app.add_typer(ledger, name="ledger", help=_("Le grand livre des chèques et de l’argent."))
    journal = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    journal.command("verify", help=_("Recalculer les sceaux du journal et nommer la partie pas encore scellée."))(verify_journal)
    app.add_typer(journal, name="journal", help=_("Le journal : qui a fait quoi, quand."))


def ledger_faults() -> "list[Fault]":
    """Every rule of the ledger that its rows break; the installation is loaded."""
    from carnet.connectivity.queries import verifying as connections
    from carnet.distribution.queries import custody
    from carnet.gateways.database import acting_as_everything
    from carnet.journal import queries as journal
    from carnet.journal.rules import SEALED_TABLES
    from carnet.ledger import queries as ledger
    from carnet.ledger.rules import Fault
    from carnet.redemption import queries as redemption
    from carnet.settlement import queries as settlement

    with acting_as_everything(why="verification recomputes every tenant's ledger"):
        faults = [fault for room in (ledger, redemption, settlement, connections, custody) for fault in room.verify()]
        breaks = journal.verify(tables=[table for table in SEALED_TABLES if table.startswith("ledger_")]).breaks
    # A row changed by an owner who switched the triggers off no longer matches its seal.
    return faults + [Fault("6 append-only", f"{each.table} {each.row or each.block}", each.what) for each in breaks]


def verify_ledger(as_json: AsJson = False) -> None:
    with installation():
        faults = ledger_faults()
        _note(checks.LEDGER, len(faults))
    if as_json:
        give({"verified": not faults, "faults": [dataclasses.asdict(fault) for fault in faults]})
    elif not faults:
        say(_("Le grand livre est exact : aucun centime ne manque."))
    for fault in () if as_json else faults:
        complain(_("%(where)s : %(what)s (règle %(invariant)s)") % dataclasses.asdict(fault))
    if faults:
        raise typer.Exit(1)


def _note(name: str, fault_count: int) -> None:
    """For the doctor and for monitoring, which read when it was last asked and what was found."""
    from django.conf import settings

    from carnet.web import clock

    checks.note_checked(settings.VAR_DIR, name, fault_count=fault_count, at=clock.now())


def journal_found() -> "Verification":
    """Every seal against its rows; the installation is loaded."""
    from carnet.gateways.database import acting_as_everything
    from carnet.journal import queries

    with acting_as_everything(why="verification recomputes every seal"):
        return queries.verify()


def verify_journal(as_json: AsJson = False) -> None:
    with installation():
        found = journal_found()
        _note(checks.JOURNAL, len(found.breaks))
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
