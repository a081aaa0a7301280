"""Prove that nothing was lost: recompute every figure and every seal from the rows."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, complain, give, say, gettext as _


def register(app: typer.Typer) -> None:
    ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    ledger.command("verify", help=_("Recalculer chaque règle du grand livre et nommer ce qui y contrevient."))(verify_ledger)
    app.add_typer(ledger, name="ledger", help=_("Le grand livre des chèques et de l’argent."))
    journal = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    journal.command("verify", help=_("Recalculer les sceaux du journal et nommer la partie pas encore scellée."))(verify_journal)
    app.add_typer(journal, name="journal", help=_("Le journal : qui a fait quoi, quand."))


def verify_ledger(as_json: AsJson = False) -> None:
    with installation():
        from carnet.gateways.database import acting_as_everything
        from carnet.ledger import queries

        with acting_as_everything(why="verification recomputes every tenant's ledger"):
            faults = queries.verify()
    answer(faults, as_json=as_json, sound=_("Le grand livre est exact : aucun centime ne manque."))


def verify_journal(as_json: AsJson = False) -> None:
    with installation():
        from carnet.gateways.database import acting_as_everything
        from carnet.journal import queries

        with acting_as_everything(why="verification recomputes every seal"):
            faults = queries.verify()
    answer(faults, as_json=as_json, sound=_("Le journal est intact."))


def answer(faults: Sequence[Any], *, as_json: bool, sound: str) -> None:
    """Name the faults, or say that there is none; exit code 1 when there is one."""
    if as_json:
        give({"verified": not faults, "faults": [dataclasses.asdict(fault) for fault in faults]})
    elif not faults:
        say(sound)
    else:
        for fault in faults:
            complain(str(fault))
    if faults:
        raise typer.Exit(1)
